/**
 * Reads `config.json` files. A missing field takes the default of the class that wrote the file; a field whose value
 * would need an unsupported architecture is an error that names it; fields that do not affect the graph (dropout,
 * versions, paths) are ignored.
 */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { recogniseForeignFile } from './foreign-file.ts';
import { GraphError } from './graph-error.ts';

/** A positive integer. */
export const size = z.int().positive();

/** One value for all blocks, or one per block. */
export function perBlock<T extends z.ZodType>(item: T) {
  return z.union([item, z.array(item)]);
}

/**
 * A field with only some supported values.
 *
 * @param allowed the first one is also the default of a missing field
 */
export function only<const T extends string | number | boolean | null>(...allowed: readonly [T, ...T[]]) {
  return z
    .unknown()
    .optional()
    .superRefine((value, issues) => {
      if (value === undefined || (allowed as readonly unknown[]).includes(value)) return;
      const message = `${JSON.stringify(value)} is not supported, only ${allowed.map((one) => JSON.stringify(one)).join(', ')}`;
      issues.addIssue({ code: 'custom', message, params: { unsupported: true } });
    })
    .transform((value) => (value === undefined ? allowed[0] : value) as T);
}

/** @throws GraphError FILE_UNREADABLE, or CONFIG_INVALID when the file is not a JSON object */
export function readJsonObject(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new GraphError('FILE_UNREADABLE', `${path} cannot be read.`, { cause });
  }
  let parsed: unknown;
  try {
    // An editor may have added a byte order mark.
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const foreign = recogniseForeignFile(path);
    if (foreign !== undefined) throw new GraphError('FOREIGN_FILE', foreign.message, { cause });
    throw new GraphError('CONFIG_INVALID', `${path} is not valid JSON.`, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new GraphError('CONFIG_INVALID', `${path} is not a JSON object.`);
  }
  return parsed as Record<string, unknown>;
}

/**
 * Validates a configuration.
 *
 * @param className for messages
 * @throws GraphError ARCHITECTURE_UNSUPPORTED or CONFIG_INVALID, naming every invalid field
 */
export function parseConfig<T extends z.ZodType>(schema: T, config: unknown, className: string): z.output<T> {
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  const unsupported = result.error.issues.some(
    (issue) => issue.code === 'custom' && issue.params?.unsupported,
  );
  const faults = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`,
  );
  throw new GraphError(
    unsupported ? 'ARCHITECTURE_UNSUPPORTED' : 'CONFIG_INVALID',
    `The configuration of ${className} cannot be used: ${faults.join('; ')}.`,
    { cause: result.error },
  );
}

/** One value per block. @throws GraphError CONFIG_INVALID when a list has another length */
export function expandPerBlock<T>(field: string, value: T | readonly T[], blocks: number): readonly T[] {
  if (!Array.isArray(value)) return new Array<T>(blocks).fill(value as T);
  if (value.length === blocks) return value as readonly T[];
  throw new GraphError(
    'CONFIG_INVALID',
    `${field} has ${value.length} entries; the model has ${blocks} blocks.`,
  );
}
