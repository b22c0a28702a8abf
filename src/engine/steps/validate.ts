import { keyOf } from '../../stores/item.js';
import { attemptRecord, scopes } from '../attempts/attempt-record.js';
import type { Call, Dependencies, UnitInput } from '../dependencies.js';
import { digestPairFromBytes, digestPairToBytes, createDigestPair, type DigestPair } from '../verdicts/digest-pair.js';
import { expectation } from '../verdicts/expectations.js';
import { openRun } from '../runs/open-run.js';
import { workUnit, type UnitProgress, type UnitStatus } from '../units/unit-loop.js';
import { viewPages, type ViewPage } from '../units/view-pages.js';

/** Validate: digests one unit until it is done or the call's time is nearly over. */
export async function validate(
  { run, unit }: UnitInput,
  deps: Dependencies,
  call: Call,
): Promise<{ status: UnitStatus }> {
  const open = await openRun(run, deps, call);
  const { generation, generationAt, validate: units } = await attemptRecord(deps.ledger, run.attempt);
  const scope = scopes.validate(run.attempt, generation);
  let digests: DigestPair = createDigestPair();
  const status = await workUnit(open, deps, call, {
    scope,
    unit,
    units,
    checkpoints: 'rare',
    digest: () => digestPairToBytes(digests),
    async *steps(record) {
      digests = digestPairFromBytes(record.digest);
      const expected = await expectation(deps.ledger, scope, record.table);
      for await (const page of viewPages(open, expected, record, generationAt)) {
        yield added(page, digests, expected.expected.key);
      }
    },
  });
  return { status };
}

/** A page counts whole or not at all: an item that cannot be hashed must not leave its neighbours in what is saved. */
function added(page: ViewPage, digests: DigestPair, key: readonly { readonly name: string }[]): UnitProgress {
  const sums = createDigestPair();
  for (const side of ['expected', 'actual'] as const)
    for (const item of page[side]) sums[side].add(keyOf(item, key), item);
  for (const side of ['expected', 'actual'] as const) if (page[side].length > 0) digests[side].merge(sums[side]);
  return page.progress;
}
