/**
 * catalog.json: the components of a model pack to download or import, and where their files come from.
 *
 * A pack is made of components (the blending model, the detector, ...), each a folder of files with sources of
 * its own. Unknown facts about a file are null, never guessed: they are taken from the source when the file is
 * downloaded, and recorded (docs/models.md).
 */
import * as z from 'zod';
import { storedRecommendedSchema } from './parameters.ts';

/** A relative path of plain segments: no '..', no segment that starts with a dot, forward slashes. */
export const packPathSchema = z
  .string()
  .max(300)
  .regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/)
  .refine((path) => !/\.part(\.json)?$/.test(path), { error: 'the ending .part is the downloader’s own' });

const idSchema = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/);

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const catalogLicenceSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/),
  name: z.string().min(1),
  url: z.url().describe('The licence’s text.'),
  summary: z.string().min(1).describe('What the user should know before accepting it, in a sentence or two.'),
});
export type CatalogLicence = z.infer<typeof catalogLicenceSchema>;

export const catalogSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hub').describe('A repository on a Hugging Face hub.'),
    repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
    revision: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .nullable()
      .describe(
        'Commit; null is unknown: the commit of the first response is recorded and used from then on.',
      ),
  }),
  z.strictObject({
    kind: z.literal('http').describe('A folder on any web server.'),
    url: z.url().describe('The folder’s address, ending in a slash.'),
  }),
]);
export type CatalogSource = z.infer<typeof catalogSourceSchema>;

export const catalogFileSchema = z.strictObject({
  path: packPathSchema.describe('Path of the file in the component’s folder.'),
  remotePath: packPathSchema.optional().describe('Its path at the source, if different.'),
  bytes: z.int().nonnegative().nullable().describe('null is unknown.'),
  sha256: sha256Schema.nullable().describe('null is unknown.'),
  optional: z.boolean().default(false).describe('The component works without it.'),
});
export type CatalogFile = z.infer<typeof catalogFileSchema>;

export const catalogComponentSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1),
  purpose: z.string().min(1),
  optional: z.boolean().default(false).describe('Not downloaded unless it is asked for by name.'),
  licence: z.string().min(1).describe('Id of one of the catalogue’s licences.'),
  sources: z
    .array(catalogSourceSchema)
    .min(1)
    .describe('Mirrors of the same files, in the order they are tried.'),
  classNames: z
    .record(packPathSchema, z.array(z.string().min(1)).min(1))
    .default({})
    .describe('By configuration file: the classes that the model may have.'),
  checkpoint: z
    .enum(['blending', 'backgrounds'])
    .optional()
    .describe(
      'For a checkpoint in the diffusers layout: its use. Any that can be opened for it may be imported.',
    ),
  manifest: z
    .strictObject({
      width: z.int().positive(),
      height: z.int().positive(),
      recommended: storedRecommendedSchema,
    })
    .optional()
    .describe('For a blending model: the contents of the pack.json written next to it.'),
  files: z.array(catalogFileSchema).min(1),
});
export type CatalogComponent = z.infer<typeof catalogComponentSchema>;

function allDistinct(values: readonly string[]): boolean {
  return new Set(values.map((value) => value.toLowerCase())).size === values.length;
}

export const packCatalogSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format.'),
    id: idSchema,
    name: z.string().min(1),
    description: z.string().min(1),
    licences: z.array(catalogLicenceSchema).min(1),
    components: z.array(catalogComponentSchema).min(1),
  })
  .refine(({ components }) => allDistinct(components.map(({ id }) => id)), {
    error: 'two components have the same id',
    path: ['components'],
  })
  .refine(({ components }) => components.every(({ files }) => allDistinct(files.map(({ path }) => path))), {
    error: 'two files of a component have the same path',
    path: ['components'],
  })
  .refine(
    ({ components, licences }) =>
      components.every(({ licence }) => licences.some(({ id }) => id === licence)),
    { error: 'a component’s licence is not among the catalogue’s licences', path: ['components'] },
  );

/** A parsed catalogue, defaults filled in. */
export type PackCatalog = z.infer<typeof packCatalogSchema>;

/** The size of a download, as far as the catalogue knows it. */
export interface CatalogSize {
  readonly files: number;
  readonly knownBytes: number;
  /** Files whose size only the source knows. */
  readonly unknownFiles: number;
}

/** What a pack still has to download: its required components that are not installed. */
export function bytesToDownload(
  components: readonly {
    readonly isOptional: boolean;
    readonly state: 'installed' | 'partial' | 'absent';
    readonly installedBytes: number;
    readonly size: CatalogSize;
  }[],
): Omit<CatalogSize, 'files'> {
  const missing = components.filter(({ isOptional, state }) => !isOptional && state !== 'installed');
  return {
    knownBytes: missing.reduce(
      (sum, { size, installedBytes }) => sum + Math.max(size.knownBytes - installedBytes, 0),
      0,
    ),
    unknownFiles: missing.reduce((sum, { size }) => sum + size.unknownFiles, 0),
  };
}

/** Adds up the sizes that the catalogue states. */
export function catalogSize(components: readonly CatalogComponent[]): CatalogSize {
  const files = components.flatMap((component) => component.files);
  return {
    files: files.length,
    knownBytes: files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    unknownFiles: files.filter(({ bytes }) => bytes === null).length,
  };
}
