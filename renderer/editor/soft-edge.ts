/** The soft edge of a cut-out on the canvas: the method's own, so that it looks as it will be rendered. */
export { softenEdge } from '../../electron/pipeline/masks/soft-edge.ts';
