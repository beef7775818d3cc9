/** Errors of checkpoints and of graphs under construction. The codes are stable. */
export type GraphErrorCode =
  | 'ARCHITECTURE_UNSUPPORTED'
  | 'CHECKPOINT_INCOMPLETE'
  | 'CONFIG_INVALID'
  | 'FILE_UNREADABLE'
  | 'FOREIGN_FILE'
  | 'GRAPH_INVALID'
  | 'SAFETENSORS_BAD_HEADER'
  | 'SAFETENSORS_BAD_OFFSET'
  | 'SAFETENSORS_TRUNCATED'
  | 'SAFETENSORS_UNKNOWN_DTYPE'
  | 'TENSOR_DTYPE'
  | 'TENSOR_MISSING'
  | 'TENSOR_SHAPE';

/** An error of this folder: a stable code, a sentence that names the file, field or tensor, and the cause. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: GraphErrorCode;

  constructor(code: GraphErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
