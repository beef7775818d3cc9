/** Messages between a host and its picture processes. */
import type { ErrorCode } from '../../contract/errors.ts';
import type { PictureCodec } from './picture-codec.ts';

export interface PictureTask {
  readonly operation: keyof PictureCodec;
  readonly input: readonly unknown[];
  /** Processor time that it may take, in milliseconds. */
  readonly cpuMs: number;
}

export type PictureResponse =
  /** Once, before anything else. */
  | { readonly state: 'ready' }
  | { readonly state: 'done'; readonly value: unknown }
  /** The task takes more processor time than it may, and cannot be stopped but with the process. */
  | { readonly state: 'overrun' }
  | { readonly state: 'failed'; readonly code: ErrorCode; readonly message: string };
