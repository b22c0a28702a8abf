import pMap from 'p-map';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import { changeAttempt, scopes } from '../attempts/attempt-record.js';
import type { OpenRun } from '../runs/open-run.js';
import { pendingUnits, planGroup, plannedGroups, unitCount } from '../units/unit-groups.js';
import { saveVerdict, verdictOf } from './verdicts.js';

const readConcurrency = 16;

/**
 * Plans Locate: the units of validation of each table that differs are read again. Answers the numbers of the units
 * that are not done; undefined: the call's time is nearly over, call again. Each call plans a table at least.
 */
export async function planLocate(
  open: OpenRun,
  ledger: Ledger,
  generation: number,
  differing: readonly string[],
): Promise<number[] | undefined> {
  const { run } = open;
  const validated = scopes.validate(run.attempt, generation);
  const scope = scopes.locate(run.attempt, generation);
  const validatedGroups = await plannedGroups(ledger, validated);
  const groups = await plannedGroups(ledger, scope);
  const place = { scope, token: run.token, fence: open.context.fence };
  let planned = false;
  for (const table of differing) {
    if (planned && open.ending()) return undefined;
    await forgetFindings(ledger, scopes.verdict(run.attempt, generation), table);
    if (groups.has(table)) continue;
    const { first, count } = validatedGroups.get(table) ?? { first: 0, count: 0 };
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    const workOf = async (unit: number): Promise<Json> => (await ledger.unit(validated, unit))?.work ?? null;
    const plan = () => pMap(numbers, workOf, { concurrency: readConcurrency });
    await planGroup(ledger, place, groups, { table, restart: false, plan });
    planned = true;
  }
  const locate = unitCount(groups);
  await changeAttempt(ledger, run, { locate });
  return await pendingUnits(ledger, scope, locate);
}

/** What an earlier run found, whose Locate may have come to no end. */
async function forgetFindings(ledger: Ledger, scope: string, table: string): Promise<void> {
  const verdict = await verdictOf(ledger, scope, table);
  if (verdict?.differences === undefined) return;
  const { differences: _earlier, ...rest } = verdict;
  await saveVerdict(ledger, scope, { ...rest, reconciled: 0 });
}
