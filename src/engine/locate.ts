import { bucketOf } from '../digest/item-hash.js';
import { defaultBuckets } from '../digest/digest.js';
import { candidateOf, type Candidate } from '../digest/reconcile.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Expectation } from '../migrations/migration.js';
import { keyOf } from '../stores/item.js';
import { attemptRecord, scopes } from './attempt-record.js';
import type { Call, Dependencies, UnitInput } from './dependencies.js';
import { expectation } from './expectations.js';
import { candidatesPrefix, candidatesToBody } from './findings.js';
import { openRun } from './open-run.js';
import { workUnit, type UnitStatus } from './unit-loop.js';
import { knownVerdict } from './verdicts.js';
import { viewPages, type ViewPage } from './view-pages.js';

/** Candidates of one document: with keys of DynamoDB's largest size, 3 KB each, far below 300 KB. */
const candidatesADocument = 50;

/**
 * Locate: reads one unit of a table that differs again, and keeps key and hash of each item of the buckets to be looked
 * at. How many those are is bounded by the buckets that Judge chose.
 */
export async function locate(
  { run, unit }: UnitInput,
  deps: Dependencies,
  call: Call,
): Promise<{ status: UnitStatus }> {
  const open = await openRun(run, deps, call);
  const { generation, generationAt } = await attemptRecord(deps.ledger, run.attempt);
  const scope = scopes.locate(run.attempt, generation);
  const status = await workUnit(open, deps, call, {
    scope,
    unit,
    checkpoints: 'frequent',
    async *steps(record) {
      const { table } = record;
      const expected = await expectation(deps.ledger, scopes.validate(run.attempt, generation), table);
      const { buckets } = await knownVerdict(deps.ledger, scopes.verdict(run.attempt, generation), table);
      const chosen = new Set(buckets);
      let pages = 0;
      for await (const page of viewPages(open, expected, record, generationAt)) {
        // A call that goes on after a crash has a larger sequence: it never writes over another's documents.
        const name = `${candidatesPrefix(table)}${unit}-${record.sequence}-${pages++}`;
        await keep(deps.ledger, scope, name, unit, candidatesOf(page, expected, chosen));
        yield page.progress;
      }
    },
  });
  return { status };
}

function candidatesOf(page: ViewPage, { expected }: Expectation, buckets: ReadonlySet<number>): Candidate[] {
  return (['expected', 'actual'] as const).flatMap((side) =>
    page[side].flatMap((item) => {
      const key = keyOf(item, expected.key);
      return buckets.has(bucketOf(key, defaultBuckets)) ? [candidateOf(key, item, side)] : [];
    }),
  );
}

/** Writes the candidates of a page; durable before the page counts as done. */
async function keep(
  ledger: Ledger,
  scope: string,
  name: string,
  unit: number,
  candidates: readonly Candidate[],
): Promise<void> {
  for (let at = 0; at < candidates.length; at += candidatesADocument) {
    const body = candidatesToBody(unit, candidates.slice(at, at + candidatesADocument));
    await ledger.putDocument(scope, `${name}-${at}`, body);
  }
}
