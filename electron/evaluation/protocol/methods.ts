/** The methods of a protocol, in the order of its tables. */
import { PAPER_ALPHA, type RenderParameters } from '../../contract/parameters.ts';
import { extensionsOff } from '../paper-figures.ts';
import { BASELINE_TITLES } from './baselines.ts';
import type { FolderMethod } from './folder-method.ts';
import type { BaselineName, Protocol } from './protocol-file.ts';

/** One way to make the pictures of all sets. */
export type Method = { readonly id: string; readonly title: string } & (
  | {
      readonly kind: 'row' | 'recommended' | 'grid';
      readonly parameters: Partial<RenderParameters>;
      /** For every concept; the pack's by default. */
      readonly alpha?: number;
      /** A cell of the grid. */
      readonly cell?: { readonly alpha: number; readonly beta: number };
    }
  | { readonly kind: 'baseline'; readonly baseline: BaselineName }
  | { readonly kind: 'folder'; readonly folder: FolderMethod }
);

const rowTitles: Readonly<Record<RenderParameters['ablation'], string>> = {
  a: '(a) Only mask-guided noise mixing',
  b: '(b) (a) + guided appearance attention',
  c: '(c) (b) + background dilution',
  d: '(d) (c) + mask-guided noise mixing on reference noise',
  e: '(e) (d) + background dilution++, PnP-MIX',
};

/**
 * Rows and grid follow the paper: what this project adds to the method is off, and nothing of the background is pasted
 * back, which would hide what the method does to it.
 */
export function methodsOf(protocol: Protocol, folders: readonly FolderMethod[]): readonly Method[] {
  const { grid } = protocol;
  // From JSON, which knows no undefined.
  const parameters = protocol.parameters as Partial<RenderParameters>;
  const asInPaper = { ...extensionsOff, ...parameters, keepOriginalBackground: false };
  return [
    ...protocol.baselines.map(
      (baseline): Method => ({
        id: `baseline-${baseline}`,
        title: BASELINE_TITLES[baseline],
        kind: 'baseline',
        baseline,
      }),
    ),
    ...folders.map(
      (folder): Method => ({
        id: `folder-${folder.name}`,
        title: folder.name,
        kind: 'folder',
        folder,
      }),
    ),
    ...protocol.rows.map(
      (row): Method => ({
        id: row,
        title: rowTitles[row],
        kind: 'row',
        parameters: { ...asInPaper, ablation: row },
        // As in the paper's rows, whatever the pack recommends.
        alpha: PAPER_ALPHA,
      }),
    ),
    ...(protocol.recommended
      ? [
          {
            id: 'recommended',
            title: 'PnP-MIX as the pack recommends',
            kind: 'recommended' as const,
            parameters: { ...parameters, keepOriginalBackground: false },
          },
        ]
      : []),
    ...(grid?.alpha ?? []).flatMap((alpha) =>
      grid!.beta.map(
        (beta): Method => ({
          id: `alpha-${alpha}-beta-${beta}`,
          title: `α ${alpha}, β ${beta}`,
          kind: 'grid',
          parameters: { ...asInPaper, ablation: 'e', beta },
          alpha,
          cell: { alpha, beta },
        }),
      ),
    ),
  ];
}

/** Whether a method makes a picture of this set and seed. */
export function isPlanned({ grid }: Protocol, method: Method, set: string, seed: number): boolean {
  if (method.kind === 'folder') return method.folder.pictures.has(`${set} ${seed}`);
  if (method.kind !== 'grid') return true;
  return (grid?.sets?.includes(set) ?? true) && (grid?.seeds?.includes(seed) ?? true);
}
