/** Messages between a host and its picture processes. */
import type { ErrorCode } from '../../contract/errors.ts';
import type { PictureCodec } from './picture-codec.ts';

export interface PictureTask {
  readonly operation: keyof PictureCodec;
  readonly input: readonly unknown[];
  /** Limit on its processor time, in milliseconds. */
  readonly cpuMs: number;
}

export type PictureResponse =
  /** Sent once, before anything else. */
  | { readonly state: 'ready' }
  | { readonly state: 'done'; readonly value: unknown }
  /** The task exceeded its processor time; only ending the process stops it. */
  | { readonly state: 'overrun' }
  | { readonly state: 'failed'; readonly code: ErrorCode; readonly message: string };
