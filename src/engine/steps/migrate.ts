import type { Call, Dependencies, UnitInput } from '../dependencies.js';
import { openRun } from '../runs/open-run.js';
import { scopes } from '../attempts/attempt-record.js';
import { workUnit, type UnitStatus } from '../units/unit-loop.js';

/** Migrate: carries one unit until it is done or the call's time is nearly over. */
export async function migrate(
  { run, unit }: UnitInput,
  deps: Dependencies,
  call: Call,
): Promise<{ status: UnitStatus }> {
  const open = await openRun(run, deps, call);
  const status = await workUnit(open, deps, call, {
    scope: scopes.migrate(run.attempt),
    unit,
    checkpoints: open.migration.checkpoints ?? 'frequent',
    steps: (record) => open.migration.migrate(record, record.cursor, open.context),
  });
  return { status };
}
