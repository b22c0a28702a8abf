import { z } from 'zod';

const milliseconds = z.number().int().positive();

/** The settings of the engine, each with its default. A project's configuration may set any of them. */
export const settingsSchema = z.strictObject({
  /** How long a lease lives without being renewed. Workers renew it at a third of this. */
  leaseMs: milliseconds.min(1_000).default(30_000),
  /** How long one request to a store, the state entry or the ledger may take before it counts as lost. */
  requestTimeoutMs: milliseconds.max(60_000).default(5_000),
  /** A checkpoint is due after this long and after this many data requests, whichever is later ... */
  checkpointMs: milliseconds.default(2_000),
  checkpointRequests: z.number().int().positive().default(500),
  /** ... but after this long at the latest; in Validate, where it carries the digest, only then. */
  checkpointAtMostMs: milliseconds.default(60_000),
  /** How many segments a table is split into; the default grows with the table. */
  segments: z.number().int().min(1).max(10_000).optional(),
  /** How many units run at a time. */
  concurrency: z.number().int().min(1).max(1_000).default(8),
  /** Where tables differ: how many items a table of the differing buckets are looked at to name keys. */
  locateItems: z.number().int().min(1).max(100_000).default(10_000),
});

export type Settings = z.infer<typeof settingsSchema>;

/** The settings with their defaults for what is absent. Throws a ZodError for what is out of range. */
export function withDefaults(settings: z.input<typeof settingsSchema> = {}): Settings {
  return settingsSchema.parse(settings);
}
