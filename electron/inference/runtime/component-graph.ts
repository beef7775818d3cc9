/** Graphs of a checkpoint's components, as sessions are made of them: with every tensor in its place. */
import {
  type BuildOptions,
  buildComponentGraph,
  type Checkpoint,
  type ComponentGraph,
  type ComponentName,
} from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import { asStudioError } from './studio-errors.ts';

/**
 * Builds a graph; reads no weights, takes some tens of milliseconds.
 *
 * @throws StudioError MODEL_INVALID (also for tensors that the configuration has no place for), PACK_INCOMPLETE
 */
export function buildLoadableGraph<Component extends ComponentName>(
  checkpoint: Checkpoint,
  component: Component,
  options: BuildOptions = {},
): ComponentGraph<Component> {
  try {
    const graph = buildComponentGraph(checkpoint, component, options);
    if (graph.unusedTensors.length > 0) {
      throw new StudioError(
        'MODEL_INVALID',
        `The weights of ${component} hold ${graph.unusedTensors.length} tensors that its configuration ` +
          `has no place for, the first is "${graph.unusedTensors[0]}": they are not of one model.`,
      );
    }
    return graph;
  } catch (error) {
    throw asStudioError(error);
  }
}
