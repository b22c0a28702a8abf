import type { Ledger } from '../ledger/ledger.js';
import { changeAttempt, scopes } from './attempt-record.js';
import type { OpenRun } from './open-run.js';
import { pendingUnits, planGroup, plannedGroups, unitCount } from './unit-groups.js';
import type { Verdict } from './verdicts.js';

/**
 * Plans Locate: the units of validation of each table that differs are read again. Answers the numbers of the units
 * that are not done.
 */
export async function planLocate(
  { run }: OpenRun,
  ledger: Ledger,
  generation: number,
  differing: readonly Verdict[],
): Promise<number[]> {
  const validated = scopes.validate(run.attempt, generation);
  const scope = scopes.locate(run.attempt, generation);
  const validatedGroups = await plannedGroups(ledger, validated);
  const groups = await plannedGroups(ledger, scope);
  for (const { table } of differing) {
    const { first, count } = validatedGroups.get(table) ?? { first: 0, count: 0 };
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    const plan = async () =>
      await Promise.all(numbers.map(async (unit) => (await ledger.unit(validated, unit))?.work ?? null));
    await planGroup(ledger, { scope, token: run.token }, groups, { table, restart: false, plan });
  }
  const locate = unitCount(groups);
  await changeAttempt(ledger, run, { locate });
  return await pendingUnits(ledger, scope, locate);
}
