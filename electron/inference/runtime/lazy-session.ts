/** A session that is created on first use, and can be released and created again. */
import type {
  BuildOptions,
  Checkpoint,
  ComponentGraph,
  ComponentMetadata,
  ComponentName,
} from '../../../native-models/graph/index.ts';
import { buildLoadableGraph } from './component-graph.ts';
import type { EngineDevice } from './devices.ts';
import { createSession, type ModelSession } from './sessions.ts';

export class LazySession<Component extends ComponentName = ComponentName> {
  readonly component: Component;
  readonly #checkpoint: Checkpoint;
  readonly #options: BuildOptions;
  readonly #device: EngineDevice;
  #metadata: ComponentMetadata<Component> | undefined;
  /** Built for its metadata, and kept until the first session is created from it. */
  #built: ComponentGraph<Component> | undefined;
  #session: Promise<ModelSession> | undefined;

  constructor(checkpoint: Checkpoint, component: Component, options: BuildOptions, device: EngineDevice) {
    this.component = component;
    this.#checkpoint = checkpoint;
    this.#options = options;
    this.#device = device;
  }

  /**
   * The graph builder's description of the model; builds the graph if needed.
   *
   * @throws StudioError MODEL_INVALID, PACK_INCOMPLETE
   */
  get metadata(): ComponentMetadata<Component> {
    if (this.#metadata === undefined) {
      this.#built = this.#build();
      this.#metadata = this.#built.metadata;
    }
    return this.#metadata;
  }

  /** The session. @throws StudioError MODEL_INVALID, PACK_INCOMPLETE, OUT_OF_MEMORY */
  get(): Promise<ModelSession> {
    const begun = () => {
      this.#session ??= this.#begin();
      return this.#session;
    };
    const { stages } = this.#device;
    return stages === undefined ? begun() : stages.enter(this).then(begun);
  }

  /** Releases the session's memory; `get` creates a new one. */
  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await (await session?.catch(() => undefined))?.release();
  }

  #begin(): Promise<ModelSession> {
    const session = this.#create();
    // Retry after a failure, unless it was released meanwhile and another has replaced it.
    session.catch(() => {
      if (this.#session === session) this.#session = undefined;
    });
    return session;
  }

  async #create(): Promise<ModelSession> {
    const graph = this.#built ?? this.#build();
    this.#built = undefined;
    this.#metadata = graph.metadata;
    // Strips are there to save memory.
    return createSession(this.component, graph, this.#device, (this.#options.strips ?? 1) > 1);
  }

  // A graph takes some tens of milliseconds to build and refers to the weights where they are, so that neither
  // the graph nor the weights are ever written anywhere: pack folders may be read-only (docs/decisions).
  #build() {
    return buildLoadableGraph(this.#checkpoint, this.component, this.#options);
  }
}
