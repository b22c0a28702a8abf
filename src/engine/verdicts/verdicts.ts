import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { ValidatedTable } from '../../migrations/expectation.js';

const verdictSchema = z.object({
  table: z.string(),
  relation: z.enum(['equal', 'contained']),
  expectedItems: z.number().int(),
  actualItems: z.number().int(),
  /** By the digests; or, where items expire, because Locate looked at every bucket that differed and found no difference. */
  equal: z.boolean(),
  /** What the expected side adds up to: SHA-256 of its digest's bytes, in hexadecimal digits. */
  digest: z.string().optional(),
  /** The buckets whose items Locate looks at; empty when equal. */
  buckets: z.array(z.number().int()),
  /** Where buckets were left out: what is known of them is "at least". */
  complete: z.boolean(),
  /** Into how many slices the candidates are divided, so that one fits into memory; each is reconciled alone. */
  slices: z.number().int().min(1),
  /** Slices that are reconciled already. */
  reconciled: z.number().int(),
  /** What was found when both sides were read again, in the slices that are reconciled. */
  differences: z
    .object({
      missing: z.number().int(),
      extra: z.number().int(),
      changed: z.number().int(),
      /** Items of one side alone whose time to live passed during validation: no differences. */
      expired: z.number().int(),
      /** Differing keys in the buckets that were left out: at least this many more. */
      further: z.number().int(),
      /** The first keys of each, as JSON texts. */
      keys: z.object({ missing: z.array(z.string()), extra: z.array(z.string()), changed: z.array(z.string()) }),
      /** Missing or changed keys that several items of the source have: one took the place of the other. */
      collided: z.array(z.string()),
    })
    .optional(),
  /** Differing keys in the buckets that were left out, as the counts prove: "at least". */
  further: z.number().int(),
});

/** What validation found of one table. */
export type Verdict = z.infer<typeof verdictSchema>;

const prefix = 'table/';

export async function saveVerdict(ledger: Ledger, scope: string, verdict: Verdict): Promise<void> {
  await ledger.putDocument(scope, prefix + verdict.table, verdict as Json);
}

/** The verdict of a table, or undefined when it is not known yet. */
export async function verdictOf(ledger: Ledger, scope: string, table: string): Promise<Verdict | undefined> {
  const body = await ledger.document(scope, prefix + table);
  return body === undefined ? undefined : parse(body, scope);
}

/** The verdict of a table that was judged. Throws CorruptDataError when there is none. */
export async function knownVerdict(ledger: Ledger, scope: string, table: string): Promise<Verdict> {
  const verdict = await verdictOf(ledger, scope, table);
  if (verdict === undefined) throw new CorruptDataError(`table "${table}" has no verdict in ${scope} of the ledger`);
  return verdict;
}

/** The verdicts of a generation, by table. */
export async function* verdicts(ledger: Ledger, scope: string): AsyncIterable<Verdict> {
  for await (const { body } of ledger.documents(scope, prefix)) yield parse(body, scope);
}

/** What a generation found that is equal, for the migration. */
export async function validatedTables(ledger: Ledger, scope: string): Promise<ValidatedTable[]> {
  const found: ValidatedTable[] = [];
  for await (const { table, expectedItems, digest = '' } of verdicts(ledger, scope))
    found.push({ table, items: expectedItems, digest });
  return found;
}

function parse(body: Json, scope: string): Verdict {
  const parsed = verdictSchema.safeParse(body);
  if (!parsed.success) throw new CorruptDataError(`a verdict in ${scope} of the ledger does not parse`);
  return parsed.data;
}
