/** A grid of pictures with labels as one PNG. */
import { StudioError } from '../../../electron/contract/errors.ts';
import type { Size } from '../../editor/view-transform.ts';

/**
 * Longest side of a cell: pictures of large backgrounds are shown smaller, since beside them the labels could not be
 * read, and browsers draw no picture of that many pixels.
 */
const MAX_CELL_SIDE_PX = 1024;
const GAP_PX = 8;
const LABEL_PX = 36;
const ROW_LABEL_PX = 96;
const LABEL_MARGIN_PX = 20;
const FONT = '600 20px Inter, system-ui, sans-serif';

export interface SheetRow {
  readonly label: string;
  /** null leaves the cell empty. */
  readonly urls: readonly (string | null)[];
}

/** @throws StudioError ASSET_MISSING when a picture cannot be loaded */
export async function drawContactSheet(rows: readonly SheetRow[], columns: readonly string[]): Promise<Blob> {
  const first = rows.flatMap(({ urls }) => urls).find((url) => url !== null);
  if (first == null) throw new StudioError('ASSET_MISSING', 'The sweep has no picture yet.');
  const { width, height } = cellSize(await load(first));
  const canvas = document.createElement('canvas');
  const rowLabelPx = rowLabelWidth(canvas, rows);
  canvas.width = rowLabelPx + columns.length * (width + GAP_PX) + GAP_PX;
  canvas.height = LABEL_PX + rows.length * (height + GAP_PX) + GAP_PX;
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#111111';
  context.font = FONT;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.imageSmoothingQuality = 'high';
  const left = (column: number) => rowLabelPx + GAP_PX + column * (width + GAP_PX);
  const top = (row: number) => LABEL_PX + GAP_PX + row * (height + GAP_PX);
  for (const [column, label] of columns.entries())
    context.fillText(label, left(column) + width / 2, LABEL_PX / 2, width);
  for (const [row, { label, urls }] of rows.entries()) {
    context.fillText(label, rowLabelPx / 2, top(row) + height / 2);
    // One after another: decoded, a sheet of large pictures takes gigabytes.
    for (const [column, url] of urls.entries()) {
      if (url !== null) context.drawImage(await load(url), left(column), top(row), width, height);
    }
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob)
    throw new StudioError('OUTPUT_UNWRITABLE', 'The sheet is too large for one picture. Sweep fewer values.');
  return blob;
}

function cellSize({ naturalWidth, naturalHeight }: HTMLImageElement): Size {
  const scale = Math.min(MAX_CELL_SIDE_PX / Math.max(naturalWidth, naturalHeight), 1);
  const scaled = (px: number) => Math.max(Math.round(px * scale), 1);
  return { width: scaled(naturalWidth), height: scaled(naturalHeight) };
}

/** Room for the longest label of a row, in pixels. */
function rowLabelWidth(canvas: HTMLCanvasElement, rows: readonly SheetRow[]): number {
  const context = canvas.getContext('2d')!;
  context.font = FONT;
  const widths = rows.map(({ label }) => Math.ceil(context.measureText(label).width) + LABEL_MARGIN_PX);
  return Math.max(ROW_LABEL_PX, ...widths);
}

async function load(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  // In Electron pictures have another origin than the page; without this the canvas could not be exported.
  image.crossOrigin = 'anonymous';
  image.src = url;
  try {
    await image.decode();
  } catch (cause) {
    throw new StudioError('ASSET_MISSING', 'A picture of the sweep could not be loaded.', { cause });
  }
  return image;
}
