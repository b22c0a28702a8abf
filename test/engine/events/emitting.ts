import type { CleanupNeeded } from '../../../src/engine/events/cleanup-needed.js';
import type { CarryoverEvent } from '../../../src/engine/events/event.js';

/** A bus that keeps what comes: all events, or those of one type. */
export class KeptEvents {
  readonly events: CarryoverEvent[] = [];
  /** Called with each, before it is kept; what it throws is the bus's answer. */
  onEvent: (event: CarryoverEvent) => Promise<void> | void = () => undefined;

  constructor(private readonly detailType?: string) {}

  readonly emit = async (event: CarryoverEvent): Promise<void> => {
    if (this.detailType !== undefined && event.detailType !== this.detailType) return;
    await this.onEvent(event);
    this.events.push(event);
  };

  get details(): CleanupNeeded[] {
    return this.events.map(({ detail }) => detail as unknown as CleanupNeeded);
  }

  /** What is told, in order: the type, and of a step its name. */
  get told(): string[] {
    return this.events.map(({ detailType, detail }) => {
      const { step } = detail as { readonly step?: string };
      return step === undefined ? detailType : `${detailType}: ${step}`;
    });
  }

  /** Those of one type, or of a step. */
  of(told: string): Record<string, unknown>[] {
    return this.events.flatMap(({ detail }, index) =>
      this.told[index] === told ? [detail as Record<string, unknown>] : [],
    );
  }
}
