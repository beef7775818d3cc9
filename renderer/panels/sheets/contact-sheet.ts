/** A grid of pictures with labels as one PNG. */
import { StudioError } from '../../../electron/contract/errors.ts';

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
  const pictures = await Promise.all(
    rows.map(({ urls }) => Promise.all(urls.map((url) => (url === null ? null : load(url))))),
  );
  const first = pictures.flat().find((picture) => picture !== null);
  if (!first) throw new StudioError('ASSET_MISSING', 'The sweep has no picture yet.');
  const { naturalWidth: width, naturalHeight: height } = first;
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
  const left = (column: number) => rowLabelPx + GAP_PX + column * (width + GAP_PX);
  const top = (row: number) => LABEL_PX + GAP_PX + row * (height + GAP_PX);
  for (const [column, label] of columns.entries())
    context.fillText(label, left(column) + width / 2, LABEL_PX / 2, width);
  for (const [row, { label }] of rows.entries()) {
    context.fillText(label, rowLabelPx / 2, top(row) + height / 2);
    for (const [column, picture] of pictures[row]!.entries()) {
      if (picture) context.drawImage(picture, left(column), top(row), width, height);
    }
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob)
    throw new StudioError('OUTPUT_UNWRITABLE', 'The sheet is too large for one picture. Sweep fewer values.');
  return blob;
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
