import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Expectation } from '../../migrations/expectation.js';

/** What a generation compares, one document a table in the scope of its units. */
const prefix = 'expect/';

export interface PlannedExpectation extends Expectation {
  /** In how many segments each of its tables is best read, those of the expected side first; it may get fewer. */
  readonly segments: readonly number[];
}

const viewSchema = z.object({
  store: z.string(),
  table: z.string(),
  tables: z.array(z.string()).optional(),
  key: z.array(z.looseObject({ name: z.string() })).min(1),
  ttlAttribute: z.string().optional(),
  segments: z.number().int().min(1).optional(),
  pageItems: z.number().int().min(1).optional(),
  transformed: z.boolean().optional(),
});

const expectationSchema = z.object({
  table: z.string(),
  relation: z.enum(['equal', 'contained']),
  expected: viewSchema,
  actual: viewSchema,
  segments: z.array(z.number().int().min(1)),
});

export async function saveExpectation(ledger: Ledger, scope: string, expectation: PlannedExpectation): Promise<void> {
  await ledger.putDocument(scope, prefix + expectation.table, expectation as unknown as Json);
}

/** What a ledger was asked for last: units of one table follow each other, and what is planned never changes. */
const known = new WeakMap<Ledger, { readonly of: string; readonly expectation: Expectation }>();

/** The expectation of a table that was planned. Throws CorruptDataError when there is none. */
export async function expectation(ledger: Ledger, scope: string, table: string): Promise<Expectation> {
  const of = JSON.stringify([scope, table]);
  const last = known.get(ledger);
  if (last?.of === of) return last.expectation;
  const read = parse(await ledger.document(scope, prefix + table), scope, table);
  known.set(ledger, { of, expectation: read });
  return read;
}

/** All expectations of a generation, by table. */
export async function* expectations(ledger: Ledger, scope: string): AsyncIterable<PlannedExpectation> {
  for await (const { name, body } of ledger.documents(scope, prefix)) yield parse(body, scope, name);
}

function parse(body: Json | undefined, scope: string, what: string): PlannedExpectation {
  const parsed = expectationSchema.safeParse(body);
  if (!parsed.success)
    throw new CorruptDataError(`the expectation of ${what} in ${scope} of the ledger does not parse`);
  return parsed.data as PlannedExpectation;
}
