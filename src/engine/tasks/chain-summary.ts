import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import { migrationName } from '../../migrations/file-name.js';
import type { HistoryEntry } from '../../versions/history.js';
import type { ChainLook } from './next-task.js';

const schema = z.object({
  /** The version of the database when the run began, and now. */
  from: z.number().int(),
  version: z.number().int(),
  /** What the chain stops before, as a flag is off. */
  gate: z.object({ version: z.number().int(), name: z.string(), flag: z.string() }).optional(),
  /** What this run has applied so far, in order; `name`: `0003_split_name`. */
  applied: z
    .array(
      z.object({
        version: z.number().int(),
        name: z.string(),
        items: z.number(),
        durationSeconds: z.number(),
        /** See the history entry. */
        proven: z
          .array(z.object({ what: z.string(), store: z.string(), items: z.number(), digest: z.string() }))
          .optional(),
      }),
    )
    .default([]),
  /** How many migrations are still pending. */
  pending: z.number().int(),
});

/** What a run of the version chain did, for those who ask for it: one document of the run. */
export type ChainSummary = z.infer<typeof schema>;

const name = 'chain';

/** Records where the chain is now. */
export async function recordChain(ledger: Ledger, run: string, look: ChainLook): Promise<void> {
  await ledger.changeDocument(run, name, (body) => {
    const from = body === undefined ? look.version : parse(run, body).from;
    return summaryOf(look, run, from) as Json;
  });
}

/** The chain as it was looked at, for a run that found the version `from` when it began. */
export function summaryOf(
  { version, history, chain: { gate, migrations } }: ChainLook,
  run: string,
  from: number,
): ChainSummary {
  return {
    from,
    version,
    applied: history
      .filter((entry) => entry.run === run && entry.how === 'applied' && entry.version <= version)
      .map(appliedOf),
    pending: migrations.length,
    ...(gate === undefined
      ? {}
      : { gate: { version: gate.migration.version, name: gate.migration.file, flag: gate.flag } }),
  };
}

/** What a run applied, as its history says. */
export function appliedOf(entry: HistoryEntry): ChainSummary['applied'][number] {
  const { version, items, durationSeconds, proven } = entry;
  return { version, name: migrationName(entry), items, durationSeconds, ...(proven === undefined ? {} : { proven }) };
}

/** What a run of the version chain did; undefined for another run. Throws CorruptDataError. */
export async function chainSummary(ledger: Ledger, run: string): Promise<ChainSummary | undefined> {
  const body = await ledger.document(run, name);
  return body === undefined ? undefined : parse(run, body);
}

function parse(run: string, body: Json): ChainSummary {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new CorruptDataError(`the chain of run ${run} in the ledger does not parse`);
  return parsed.data;
}
