import { createHash } from 'node:crypto';
import { chooseBuckets } from '../../digest/choose-buckets.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Expectation } from '../../migrations/expectation.js';
import { scopes } from '../attempts/attempt-record.js';
import type { DigestPair } from './digest-pair.js';
import { expectations } from './expectations.js';
import { mergedDigests } from './merged-digests.js';
import type { OpenRun } from '../runs/open-run.js';
import type { Groups } from '../units/unit-groups.js';
import { saveVerdict, verdictOf, type Verdict } from './verdicts.js';

/** Writes the verdicts that are not written yet. False: the call's time is nearly over, call again. */
export async function compareTables(
  open: OpenRun,
  ledger: Ledger,
  generation: number,
  groups: Groups,
): Promise<boolean> {
  const { attempt } = open.run;
  const [units, verdict] = [scopes.validate(attempt, generation), scopes.verdict(attempt, generation)];
  const merge = { ledger, units, verdict, groups, ending: () => open.ending() };
  let compared = false;
  for await (const expectation of expectations(ledger, units)) {
    if ((await verdictOf(ledger, verdict, expectation.table)) !== undefined) continue;
    if (compared && open.ending()) return false;
    const digests = await mergedDigests(merge, expectation.table);
    if (digests === undefined) return false;
    await saveVerdict(ledger, verdict, compare(expectation, digests, open.settings.locateItems));
    compared = true;
  }
  return true;
}

function compare({ table, relation }: Expectation, { expected, actual }: DigestPair, limitItems: number): Verdict {
  const { buckets, complete, items, rest } = chooseBuckets(expected, actual, limitItems);
  return {
    table,
    relation,
    expectedItems: expected.items,
    actualItems: actual.items,
    equal: buckets.length === 0,
    digest: createHash('sha256').update(expected.toBytes()).digest('hex'),
    buckets: [...buckets],
    complete,
    // More than one where a single bucket holds more than the limit: then it is the only one that was chosen.
    slices: Math.max(Math.ceil(items / limitItems), 1),
    reconciled: 0,
    further: rest.differing,
  };
}
