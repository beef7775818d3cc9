/**
 * Runs rows through the U-Net in batches that fit into memory, with text classifier-free guidance on request.
 *
 * Rows that exchange keys and values must be in one call, so the unit of batching is a group of rows. Groups
 * are packed into calls of at most the preferred number of rows; when a call runs out of memory, the number is halved
 * permanently and the call repeated.
 */
import { PipelineError } from './errors.ts';
import type { AttentionLayers, PromptConditioning, RunControls, Unet, UnetRow } from './ports.ts';
import {
  type NoiseScheduleConfig,
  noiseFromModelOutput,
  type ScheduleStep,
} from './schedulers/noise-schedule.ts';
import { firstNonFinite, type Tensor, tensor, unstackRows } from './tensor/tensor.ts';

/** A row of a group; a numeric `keyValueSource` is an index within the group. */
export interface GroupRow extends Omit<UnetRow, 'timestep'> {
  readonly step: ScheduleStep;
}

/** Rows that exchange keys and values, and therefore share a call. */
export type RowGroup = readonly GroupRow[];

/** Settings for the noise predictions of one run. */
export interface NoisePredictorOptions {
  readonly unet: Unet;
  readonly predictionType: NoiseScheduleConfig['predictionType'];
  /** Text classifier-free guidance scale; 1 is off and costs nothing. */
  readonly guidanceScale: number;
  /** The empty or negative prompt, used when `guidanceScale` is not 1. */
  readonly unconditional: PromptConditioning;
  /** Self-attention layers where rows attend to their `keyValueSource`. */
  readonly attentionLayers: AttentionLayers;
  readonly controls: Pick<RunControls, 'signal' | 'onBatchReduced'>;
}

/**
 * Throws when the run was cancelled.
 *
 * @throws PipelineError CANCELLED
 */
export function throwIfCancelled(signal: RunControls['signal']): void {
  if (signal?.aborted) throw new PipelineError('CANCELLED', 'The run was cancelled.');
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'OUT_OF_MEMORY';
}

/**
 * Text classifier-free guidance (Ho & Salimans, arXiv 2207.12598): eps_u + g (eps_c - eps_u).
 *
 * @param withText eps_c
 * @param withoutText eps_u, of the same dims
 * @param guidanceScale g
 */
export function guided(withText: Tensor, withoutText: Tensor, guidanceScale: number): Tensor {
  return tensor(
    withText.data.map((value, at) => {
      const base = withoutText.data[at]!;
      return base + guidanceScale * (value - base);
    }),
    withText.dims,
  );
}

/** The U-Net as the method sees it: groups of rows in, noise predictions out. */
export class NoisePredictor {
  readonly #options: NoisePredictorOptions;
  #rowLimit = Number.POSITIVE_INFINITY;
  #rowsRun = 0;

  constructor(options: NoisePredictorOptions) {
    this.#options = options;
  }

  /** U-Net rows run so far, including the unconditional rows of guidance. */
  get rowsRun(): number {
    return this.#rowsRun;
  }

  /**
   * eps for every row of every group: eps_u + g (eps_c - eps_u) with text guidance g, else eps_c.
   *
   * @param guidanceScale g of this step; by default the run's
   * @returns for each group, for each row, eps with the dims of the row's latents
   * @throws PipelineError CANCELLED between calls; OUT_OF_MEMORY when not even one group fits;
   *   NON_FINITE when the model's output is not finite
   */
  async predict(
    groups: readonly RowGroup[],
    guidanceScale = this.#options.guidanceScale,
  ): Promise<Tensor[][]> {
    const { unconditional } = this.#options;
    if (guidanceScale === 1) return this.predictUnguided(groups);
    const unprompted = groups.map((group) => group.map((row) => ({ ...row, ...unconditional })));
    const predictions = await this.predictUnguided([...groups, ...unprompted]);
    return groups.map((group, index) =>
      group.map((_, row) =>
        guided(predictions[index]![row]!, predictions[groups.length + index]![row]!, guidanceScale),
      ),
    );
  }

  /**
   * eps for every row of every group without guidance: for rows that handle text guidance themselves.
   *
   * @returns as {@link predict}
   * @throws PipelineError as {@link predict}
   */
  async predictUnguided(groups: readonly RowGroup[]): Promise<Tensor[][]> {
    const predictions: Tensor[][] = [];
    while (predictions.length < groups.length) {
      throwIfCancelled(this.#options.controls.signal);
      const batch = this.#nextBatch(groups, predictions.length);
      try {
        predictions.push(...(await this.#runBatch(batch)));
      } catch (error) {
        const rows = batch.flat().length;
        if (!isOutOfMemory(error) || batch.length === 1) throw error;
        this.#rowLimit = Math.floor(rows / 2);
        this.#options.controls.onBatchReduced?.(this.#rowLimit);
      }
    }
    return predictions;
  }

  /** As many groups from `start` on as fit the row limit, but at least one: a group cannot be split. */
  #nextBatch(groups: readonly RowGroup[], start: number): RowGroup[] {
    const first = groups[start]!;
    const [, height, width] = first[0]!.latents.dims as [number, number, number];
    const limit = Math.min(this.#rowLimit, this.#options.unet.preferredRows(height, width));
    let end = start + 1;
    let rows = first.length;
    while (end < groups.length && rows + groups[end]!.length <= limit) {
      rows += groups[end]!.length;
      end++;
    }
    return groups.slice(start, end);
  }

  async #runBatch(batch: readonly RowGroup[]): Promise<Tensor[][]> {
    const { unet, predictionType, attentionLayers } = this.#options;
    const rows: UnetRow[] = [];
    for (const group of batch) {
      const offset = rows.length;
      for (const { step, ...row } of group) {
        const { keyValueSource: source } = row;
        const keyValueSource = typeof source === 'number' ? offset + source : source;
        rows.push({ ...row, timestep: step.timestep, keyValueSource });
      }
    }
    const outputs = unstackRows(await unet.predict(rows, attentionLayers));
    this.#rowsRun += rows.length;
    let next = 0;
    return batch.map((group) =>
      group.map(({ latents, step }) => {
        const output = outputs[next++]!;
        if (firstNonFinite(output) >= 0) {
          throw new PipelineError(
            'NON_FINITE',
            `The U-Net returned a value that is not a number at timestep ${step.timestep}. ` +
              'The model file may be damaged, or its precision too low.',
          );
        }
        return noiseFromModelOutput(output, latents, step, predictionType);
      }),
    );
  }
}
