import type { CleanupNeeded } from '../../../src/engine/events/cleanup-needed.js';
import type { CarryoverEvent } from '../../../src/engine/events/event.js';

/** A bus that keeps what comes. */
export class KeptEvents {
  readonly events: CarryoverEvent[] = [];
  /** Called with each, before it is kept; what it throws is the bus's answer. */
  onEvent: (event: CarryoverEvent) => Promise<void> | void = () => undefined;

  readonly emit = async (event: CarryoverEvent): Promise<void> => {
    await this.onEvent(event);
    this.events.push(event);
  };

  get details(): CleanupNeeded[] {
    return this.events.map(({ detail }) => detail as unknown as CleanupNeeded);
  }
}
