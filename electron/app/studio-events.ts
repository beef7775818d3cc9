/** Everything that a host tells its windows goes through here. */
import type { EventName, EventPayload, StudioEvent } from '../contract/events.ts';

export type EventListener = (event: StudioEvent) => void;

export class StudioEvents {
  readonly #listeners = new Set<EventListener>();

  emit<Name extends EventName>(event: Name, payload: EventPayload<Name>): void {
    // The pair is one of the union's members; TypeScript does not follow that through a type parameter.
    const told = { event, payload } as StudioEvent;
    for (const listener of this.#listeners) listener(told);
  }

  /** @returns ends it */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
