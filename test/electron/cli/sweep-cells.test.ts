/** The pictures of a sheet: decoded at the size at which they are drawn. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { drawSheet } from '../../../electron/cli/contact-sheet.ts';
import { drawnRows } from '../../../electron/cli/sweep-cells.ts';
import { decodePixels } from '../../../electron/foundation/pictures/picture-operations.ts';
import { scenery } from '../inference/scene/full-size-scenes.ts';

const cells = [0, 1].map((row) => ({ row, rowLabel: `row ${row}`, caption: 'alpha' }));

async function renderOf(width: number, height: number, seed: number) {
  const { data } = scenery({ width, height }, seed);
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { png, width, height };
}

test.each([
  ['small pictures as they are', [60, 40], [60, 40]],
  ['large ones at the size of their tiles', [1500, 1000], [512, 341]],
] as const)('the sheet has %s', async (_, [width, height], [tileWidth, tileHeight]) => {
  const outcomes = [await renderOf(width, height, 1), await renderOf(width, height, 2)];
  const rows = await drawnRows(cells, outcomes);
  for (const [index, { tiles, label }] of rows.entries()) {
    expect([label, tiles[0]!.caption]).toEqual([`row ${index}`, index === 0 ? 'alpha' : undefined]);
    expect(tiles[0]!.image).toMatchObject({ width: tileWidth, height: tileHeight });
  }
  // The same sheet as of the whole pictures.
  const whole = [];
  for (const [index, { png }] of outcomes.entries()) {
    const image = await decodePixels(png, 'it', 'picture');
    whole.push({ ...rows[index]!, tiles: [{ ...rows[index]!.tiles[0]!, image }] });
  }
  expect(await drawSheet(rows)).toEqual(await drawSheet(whole));
});
