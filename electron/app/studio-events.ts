/** The event bus of a host: every event for its windows goes through it. */
import type { EventName, EventPayload, StudioEvent } from '../contract/events.ts';

export type EventListener = (event: StudioEvent) => void;

export class StudioEvents {
  readonly #listeners = new Set<EventListener>();
  readonly #onFault: (error: unknown, what: string) => void;

  /** @param onFault called when a listener throws, for the log */
  constructor(onFault: (error: unknown, what: string) => void = logFault) {
    this.#onFault = onFault;
  }

  /** Tells every listener; one that throws keeps neither the others from hearing nor the work from going on. */
  emit<Name extends EventName>(event: Name, payload: EventPayload<Name>): void {
    // The pair is one of the union's members; TypeScript does not follow that through a type parameter.
    const told = { event, payload } as StudioEvent;
    for (const listener of this.#listeners) {
      try {
        listener(told);
      } catch (error) {
        this.#onFault(error, `telling of ${event}`);
      }
    }
  }

  /** @returns ends it */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function logFault(error: unknown, what: string): void {
  console.error(`fault in ${what}:`, error);
}
