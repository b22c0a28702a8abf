import { attemptRecord, scopes } from '../attempts/attempt-record.js';
import { addCandidates, keepCandidates, type CandidatesBySlice } from '../verdicts/candidates.js';
import type { Call, Dependencies, UnitInput } from '../dependencies.js';
import { expectation } from '../verdicts/expectations.js';
import { openRun } from '../runs/open-run.js';
import { workUnit, type UnitStatus } from '../units/unit-loop.js';
import { knownVerdict } from '../verdicts/verdicts.js';
import { viewPages } from '../units/view-pages.js';

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
  const { generation, generationAt, locate: units } = await attemptRecord(deps.ledger, run.attempt);
  const scope = scopes.locate(run.attempt, generation);
  const status = await workUnit(open, deps, call, {
    scope,
    unit,
    units,
    checkpoints: 'frequent',
    async *steps(record) {
      const { table } = record;
      const expected = await expectation(deps.ledger, scopes.validate(run.attempt, generation), table);
      const verdict = await knownVerdict(deps.ledger, scopes.verdict(run.attempt, generation), table);
      const chosen = { buckets: new Set(verdict.buckets), slices: verdict.slices };
      let pages = 0;
      for await (const page of viewPages(open, expected, record, generationAt)) {
        const found: CandidatesBySlice = new Map();
        for (const side of ['expected', 'actual'] as const)
          addCandidates(
            found,
            { items: page[side], view: { ...expected[side], key: expected.expected.key }, side },
            chosen,
          );
        // A call that goes on after a crash has a larger sequence: it never writes over another's documents.
        await keepCandidates(deps.ledger, scope, { table, unit, page: `${record.sequence}-${pages++}` }, found);
        yield page.progress;
      }
    },
  });
  return { status };
}
