/** The Unet of ports.ts over ONNX Runtime. */
import * as ort from 'onnxruntime-node';
import { assertTakesLatentsOnly, kvSourceInput, type UnetHalf } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import { availableMemoryBytes } from '../../foundation/memory.ts';
import type { AttentionLayers, Unet, UnetRow } from '../../pipeline/ports.ts';
import { alignTokens } from '../../pipeline/processors/weighted-prompt.ts';
import { stackRows, type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import type { LazySession } from '../runtime/lazy-session.ts';
import {
  asRowHiddenStates,
  cachedHiddenStatesFeeds,
  followsSource,
  hiddenStatesOutputs,
  readHiddenStates,
} from './hidden-states.ts';

/** Share of the free memory for one batch. */
const MEMORY_SHARE = 0.5;

/** Most rows of a batch. It hides the fixed cost of a call and keeps the cores busy; more only takes memory. */
const mostRows: Readonly<Record<'cpu' | 'gpu', number>> = { cpu: 8, gpu: 16 };

/**
 * Longest call before batches get smaller: only between calls can a run be cancelled and report progress. On the CPU
 * a row's result does not depend on the rest of its batch, bit for bit, if all prompts have one length.
 */
const LONGEST_CALL_MS = 1500;

/** The U-Net in one session, whichever layers use `keyValueSource`. */
export class OnnxUnet implements Unet {
  readonly latentChannels: number;
  /** Sizes of the additional conditioning of SDXL's U-Nets; null for others. */
  readonly textTime: { readonly textDim: number; readonly timeIds: number } | null;
  readonly #session: LazySession<'unet'>;
  readonly #device: EngineDevice;
  readonly #rowsAtOnce: number;
  #runMs = 0;
  #lastMsPerRow = 0;

  /**
   * @param rowsAtOnce most rows of a batch, 1 or more; null: as many as fit. Rows that exchange keys and values stay
   * together regardless
   * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID; GraphError for a U-Net whose input is not plain latents
   */
  constructor(session: LazySession<'unet'>, device: EngineDevice, rowsAtOnce: number | null = null) {
    this.#session = session;
    this.#device = device;
    this.#rowsAtOnce = rowsAtOnce ?? Number.POSITIVE_INFINITY;
    const { latentChannels, inChannels, textTime } = session.metadata;
    assertTakesLatentsOnly({ inChannels, latentChannels });
    this.latentChannels = latentChannels;
    this.textTime = textTime;
  }

  /** Time spent inside the sessions so far, in milliseconds. */
  get runMs(): number {
    return this.#runMs;
  }

  preferredRows(latentHeight: number, latentWidth: number): number {
    const limit = mostRows[this.#device.report.device === 'cpu' ? 'cpu' : 'gpu'];
    const fitting = (availableMemoryBytes() * MEMORY_SHARE) / this.#bytesPerRow(latentHeight, latentWidth);
    const quick = this.#lastMsPerRow === 0 ? limit : LONGEST_CALL_MS / this.#lastMsPerRow;
    return Math.max(Math.floor(Math.min(fitting, quick, limit, this.#rowsAtOnce)), 1);
  }

  /**
   * A generous estimate of one row's memory at the highest resolution, where it peaks: some forty feature
   * maps alive at once (skips, the concatenated input of the last blocks, the feed-forward's eightfold width), and
   * scores of self-attention over blocks of keys.
   */
  #bytesPerRow(latentHeight: number, latentWidth: number): number {
    const { attentionHeads } = this.#session.metadata;
    const elements = latentHeight * latentWidth;
    const widthGuess = 64 * (attentionHeads[0] ?? 1);
    return 4 * elements * (40 * widthGuess + 512 * (attentionHeads[0] ?? 1));
  }

  async predict(rows: readonly UnetRow[], layers: AttentionLayers): Promise<Tensor> {
    const session = await this.#session.get();
    const latents = stackRows(rows.map((row) => row.latents));
    const embeddings = stackRows(alignTokens(rows.map((row) => row.promptEmbedding)));
    const batch = [rows.length];
    const added = this.#addedFeeds(rows);
    const { metadata } = this.#session;
    // Cached rows of earlier calls follow those of this call.
    const kept = [...new Set(rows.map(({ keyValueSource }) => keyValueSource))].filter(
      (source) => typeof source !== 'number',
    );
    const sourceOf = ({ keyValueSource: source }: UnetRow) =>
      typeof source === 'number' ? source : rows.length + kept.indexOf(source);
    const sources = (half: UnetHalf) => {
      const ofHalf = rows.map((row, index) => (followsSource(half, layers) ? sourceOf(row) : index));
      return { [kvSourceInput(half)]: new ort.Tensor('int64', BigInt64Array.from(ofHalf, BigInt), batch) };
    };
    const keeping = [...rows.keys()].filter((index) => rows[index]!.onHiddenStates !== undefined);
    const [, , height, width] = latents.dims as [number, number, number, number];
    const startMs = performance.now();
    const outputs = await session.run(
      {
        sample: new ort.Tensor('float32', latents.data, latents.dims),
        timestep: new ort.Tensor(
          'int64',
          BigInt64Array.from(rows, (row) => BigInt(row.timestep)),
          batch,
        ),
        encoder_hidden_states: new ort.Tensor('float32', embeddings.data, embeddings.dims),
        ...sources('down'),
        ...sources('up'),
        keep: new ort.Tensor('int64', BigInt64Array.from(keeping, BigInt), [keeping.length]),
        appearance_scale: new ort.Tensor(
          'float32',
          Float32Array.from(rows, (row) => row.appearanceScale),
          batch,
        ),
        ...added,
        ...cachedHiddenStatesFeeds(
          metadata,
          layers,
          kept.map((states) => asRowHiddenStates(states, layers)),
          [height, width],
        ),
      },
      keeping.length === 0 ? ['out_sample'] : ['out_sample', ...hiddenStatesOutputs(metadata, layers)],
    );
    const callMs = performance.now() - startMs;
    this.#runMs += callMs;
    this.#lastMsPerRow = callMs / rows.length;
    const states = readHiddenStates(metadata, layers, outputs, keeping.length);
    for (const [at, index] of keeping.entries()) rows[index]!.onHiddenStates!(states[at]!);
    const { out_sample: output } = outputs;
    return tensor(output!.data as Float32Array, output!.dims);
  }

  /** @throws StudioError MODEL_INVALID when a row lacks an input of this U-Net, or its sizes differ */
  #addedFeeds(rows: readonly UnetRow[]): Record<string, ort.Tensor> {
    if (this.textTime === null) return {};
    const { textDim, timeIds } = this.textTime;
    const textEmbeds = new Float32Array(rows.length * textDim);
    const ids = new Float32Array(rows.length * timeIds);
    for (const [index, { added }] of rows.entries()) {
      if (added?.textEmbedding.data.length !== textDim || added.timeIds.length !== timeIds) {
        throw new StudioError(
          'MODEL_INVALID',
          `The U-Net needs pooled text of ${textDim} values and ${timeIds} time ids, but got ` +
            `${added?.textEmbedding.data.length ?? 0} and ${added?.timeIds.length ?? 0}.`,
        );
      }
      textEmbeds.set(added.textEmbedding.data, index * textDim);
      ids.set(added.timeIds, index * timeIds);
    }
    return {
      text_embeds: new ort.Tensor('float32', textEmbeds, [rows.length, textDim]),
      time_ids: new ort.Tensor('float32', ids, [rows.length, timeIds]),
    };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
