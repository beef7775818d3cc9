/** The golden CLIP with a tokenizer of its own: its 99 tokens are letters, so that any prompt can be embedded. */
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson } from '../tiny-pack.ts';

const golden = join(import.meta.dirname, '../../../golden/encoders');

/** A random DINOv2. */
export const tinyDinov2 = join(golden, 'dinov2');

/** Makes the folder below `parent`, once. */
export function tinyClip(parent: string): string {
  const folder = join(parent, 'clip');
  if (existsSync(folder)) return folder;
  cpSync(join(golden, 'clip'), folder, { recursive: true });
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789,.'];
  const tokens = letters.flatMap((letter) => [letter, `${letter}</w>`]);
  const vocabulary: Record<string, number> = Object.fromEntries(tokens.map((token, id) => [token, id]));
  writeJson(join(folder, 'vocab.json'), { ...vocabulary, '<|startoftext|>': 97, '<|endoftext|>': 98 });
  writeFileSync(join(folder, 'merges.txt'), '#version: 0.2\n');
  return folder;
}
