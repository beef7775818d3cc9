/** The event bus of a host, for every event to its windows. */
import type { EventName, EventPayload, StudioEvent } from '../contract/events.ts';

export type EventListener = (event: StudioEvent) => void;

export class StudioEvents {
  readonly #listeners = new Set<EventListener>();
  readonly #onFault: (error: unknown, what: string) => void;

  /** @param onFault called when a listener throws, for the log */
  constructor(onFault: (error: unknown, what: string) => void = logFault) {
    this.#onFault = onFault;
  }

  /** Notifies every listener; one that throws stops neither the others nor the work. */
  emit<Name extends EventName>(event: Name, payload: EventPayload<Name>): void {
    // The pair is a member of the union; TypeScript does not see that through a type parameter.
    const told = { event, payload } as StudioEvent;
    for (const listener of this.#listeners) {
      try {
        listener(told);
      } catch (error) {
        this.#onFault(error, `emitting ${event}`);
      }
    }
  }

  /** @returns unsubscribes */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function logFault(error: unknown, what: string): void {
  console.error(`fault in ${what}:`, error);
}
