import type { Call, Dependencies, UnitInput } from '../dependencies.js';
import { openRun } from '../runs/open-run.js';
import { attemptRecord, scopes } from '../attempts/attempt-record.js';
import { hasCeiling } from '../units/capacity-share.js';
import { workUnit, type UnitStatus } from '../units/unit-loop.js';

/** Migrate: carries one unit until it is done or the call's time is nearly over. */
export async function migrate(
  { run, unit }: UnitInput,
  deps: Dependencies,
  call: Call,
): Promise<{ status: UnitStatus }> {
  const open = await openRun(run, deps, call);
  // Who needs no share is spared the request.
  const units = hasCeiling(open.settings) ? (await attemptRecord(deps.ledger, run.attempt)).migrate : 1;
  const status = await workUnit(open, deps, call, {
    scope: scopes.migrate(run.attempt),
    unit,
    units,
    checkpoints: open.migration.checkpoints ?? 'frequent',
    steps: (record) => open.migration.migrate(record, record.cursor, open.context),
  });
  return { status };
}
