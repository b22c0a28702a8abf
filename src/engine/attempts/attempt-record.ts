import { z } from 'zod';
import { CorruptDataError, LateWriterError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';

const schema = z.object({
  /** What this ledger is called in the attempt: made up when a run of this ledger begins the attempt or resumes it first. */
  ledger: z.string().default(''),
  /** The task's title: which of several that one run does one after the other. */
  title: z.string().default(''),
  /** Setup came to its end once: Migrate may run alone. */
  setUp: z.boolean(),
  /** The round of units that is under way, and the last one that Setup has planned to its end; -1 before the first. */
  round: z.number().int().default(0),
  roundSetUp: z.number().int().default(-1),
  /** The service was asked to freeze, and not yet to thaw. */
  frozen: z.boolean().default(false),
  /** The run and token whose question was answered: a call that died before its answer asks again, and so does each run. */
  frozenFor: z.string().default(''),
  /** Units of Migrate that are planned. */
  migrate: z.number().int(),
  /** The newest generation of validation; 0 before the first. */
  generation: z.number().int(),
  /** `open` until its verdict is known, or something was written after it began. */
  generationOpen: z.boolean(),
  /** The run and token that began it, and what it validates: another run begins another, and so does a changed `noValidate`. */
  generationOf: z.string(),
  /** When it began, epoch milliseconds: items that had expired by then are left out on both sides. */
  generationAt: z.number().int(),
  /** The units of the generation are planned, all of them. */
  generationPlanned: z.boolean(),
  validate: z.number().int(),
  locate: z.number().int(),
  /** The largest token and revision of the state entry that a run of this attempt began with. */
  token: z.number().int(),
  revision: z.number().int(),
});

/** What the ledger knows of an attempt as a whole: one document, written only by the owner of the lease. */
export type AttemptRecord = z.infer<typeof schema>;

const name = 'attempt';

export const newAttempt: AttemptRecord = {
  ledger: '',
  title: '',
  setUp: false,
  round: 0,
  roundSetUp: -1,
  frozen: false,
  frozenFor: '',
  migrate: 0,
  generation: 0,
  generationOpen: false,
  generationOf: '',
  generationAt: 0,
  generationPlanned: false,
  validate: 0,
  locate: 0,
  token: 0,
  revision: 0,
};

export async function attemptRecord(ledger: Ledger, attempt: string): Promise<AttemptRecord> {
  return parse(attempt, await ledger.document(attempt, name));
}

/**
 * Changes fields of the record, on what is there at that moment. Throws LateWriterError for a run with an older token
 * than the record's: a call that was left behind changes nothing.
 */
export async function changeAttempt(
  ledger: Ledger,
  { attempt, token }: { readonly attempt: string; readonly token: number },
  change: Partial<AttemptRecord>,
): Promise<void> {
  await ledger.changeDocument(attempt, name, (body) => {
    const record = parse(attempt, body);
    if (record.token > token)
      throw new LateWriterError(`attempt ${attempt} is worked on by a newer run (token ${record.token}, not ${token})`);
    return { ...record, ...change } as Json;
  });
}

function parse(attempt: string, body: Json | undefined): AttemptRecord {
  if (body === undefined) return newAttempt;
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new CorruptDataError(`the record of attempt ${attempt} in the ledger does not parse`);
  return parsed.data;
}

/** The scopes of an attempt's units in the ledger. */
export const scopes = {
  /** One unit: the step itself, so that two calls never prepare at a time. One scope a run and token: each run looks
   * again, and so does one that is redriven. */
  step: (attempt: string, step: string, { id, token }: { id: string; token: number }) =>
    `${attempt}/${step}/${id}-${token}`,
  migrate: (attempt: string) => `${attempt}/migrate`,
  /** Units of both sides, and the expectations as documents. */
  validate: (attempt: string, generation: number) => `${attempt}/validate-${generation}`,
  locate: (attempt: string, generation: number) => `${attempt}/locate-${generation}`,
  /** A document a table: counts, differences, keys. */
  verdict: (attempt: string, generation: number) => `${attempt}/verdict-${generation}`,
};
