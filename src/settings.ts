import { z } from 'zod';

const milliseconds = z.number().int().positive();
/** The most units at a time: what Lambda runs at a time in a Region, of all functions, unless AWS has raised it. */
export const mostConcurrency = 1_000;
const concurrency = z.number().int().min(1).max(mostConcurrency);
const unitsPerSecond = z.number().int().min(1);

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
  concurrency: concurrency.default(8),
  /**
   * The most capacity units of DynamoDB that a run spends a second on average, all its units and all its stores together. Default:
   * no limit. What is counted, and how exactly the limit is kept, is in docs/configuration.md.
   */
  readUnitsPerSecond: unitsPerSecond.optional(),
  writeUnitsPerSecond: unitsPerSecond.optional(),
  /** Where tables differ: how many items a table of the differing buckets are looked at to name keys. */
  locateItems: z.number().int().min(1).max(100_000).default(10_000),
});

export type Settings = z.infer<typeof settingsSchema>;

/** How fast a run goes: fields of what an execution is asked for, too. */
export const speedFields = {
  concurrency: concurrency.optional(),
  readUnitsPerSecond: unitsPerSecond.optional(),
  writeUnitsPerSecond: unitsPerSecond.optional(),
};

export type Speed = Readonly<z.infer<z.ZodObject<typeof speedFields>>>;

/** The settings at the speed that was asked for; where nothing was, at their own. */
export function atSpeed(settings: Settings, asked: Speed): Settings {
  return {
    ...settings,
    concurrency: asked.concurrency ?? settings.concurrency,
    readUnitsPerSecond: asked.readUnitsPerSecond ?? settings.readUnitsPerSecond,
    writeUnitsPerSecond: asked.writeUnitsPerSecond ?? settings.writeUnitsPerSecond,
  };
}

/** The settings with their defaults for what is absent. Throws a ZodError for what is out of range. */
export function withDefaults(settings: z.input<typeof settingsSchema> = {}): Settings {
  return settingsSchema.parse(settings);
}
