import { z } from 'zod';
import type { Json } from '../../json.js';

/** Who sends: the `source` of every event, by which the rules of a bus choose. */
export const eventSource = 'carryover';

/** An event as a bus takes it. */
export interface CarryoverEvent {
  readonly source: typeof eventSource;
  /** What happened: `Cleanup Needed`. */
  readonly detailType: string;
  /** When, ISO 8601. */
  readonly at: string;
  readonly detail: Json;
}

/** What the detail of every event holds. */
export const eventFields = {
  /** Another number when a field goes or changes its meaning; fields may be added to this one. */
  format: z.literal(1),
  /** The same when an event is sent again: a receiver that must act once compares it. */
  id: z.string(),
  /** The run that it tells of, as the ledger names it. */
  run: z.string(),
  /** ISO 8601. */
  at: z.string(),
};

export type EventDetail = Readonly<z.infer<z.ZodObject<typeof eventFields>>>;

/** A kind of event: each in a file of its own, with what its detail holds beside `eventFields`. */
export interface EventKind<Detail extends EventDetail> {
  readonly detailType: string;
  /** Begins the names of its documents in the ledger, after `event-`, and with the owner before it their ids. */
  readonly name: string;
  readonly detail: z.ZodType<Detail>;
}
