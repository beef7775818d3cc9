import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { koPacks } from '../../../renderer/panels/texts/ko-packs.ts';

const PACKS = join('native-models', 'packs');

it('what the catalogues say of themselves is there in Korean, and nothing else', () => {
  const { id, components } = JSON.parse(readFileSync(join(PACKS, 'sd21', 'catalog.json'), 'utf8')) as {
    id: string;
    components: readonly { id: string }[];
  };
  const starter = JSON.parse(readFileSync(join(PACKS, 'starter', 'pack.json'), 'utf8')) as { id: string };
  expect(Object.keys(koPacks)).toEqual([
    starter.id,
    `${starter.id}/${starter.id}`,
    id,
    ...components.map((component) => `${id}/${component.id}`),
  ]);
  for (const text of Object.values(koPacks)) expect(text).toMatch(/[가-힣].*[.다)]$/);
});
