/** Builds the graphs of a checkpoint's components for sessions, and checks that every tensor is used. */
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
 * Builds a graph; reads hardly any weights, takes some tens of milliseconds.
 *
 * @throws StudioError MODEL_INVALID (also for tensors that the configuration does not use), PACK_INCOMPLETE
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
        `The weights of ${component} contain ${graph.unusedTensors.length} tensors that its configuration ` +
          `does not use, such as "${graph.unusedTensors[0]}": they belong to different models.`,
      );
    }
    return graph;
  } catch (error) {
    throw asStudioError(error);
  }
}
