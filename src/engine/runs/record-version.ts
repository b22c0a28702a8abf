import { StoreUnavailableError } from '../../errors.js';
import { putHistory } from '../../versions/history.js';
import { readState } from '../../versions/state-entry.js';
import { attemptRecord, scopes } from '../attempts/attempt-record.js';
import type { Dependencies } from '../dependencies.js';
import type { OpenRun } from './open-run.js';

/**
 * Writes the history of the version that an attempt leads to, before the state entry has that version: what comes later
 * writes it once more in the same place. Nothing for a task that leads to none.
 */
export async function recordVersion(
  { run, task, home, migration, context }: OpenRun,
  { ledger }: Dependencies,
  completedAt: string,
): Promise<void> {
  const { registered } = task;
  if (registered === undefined) return;
  const attempt = (await readState(home.keyValues))?.attempt;
  if (attempt?.id !== run.attempt || attempt.phase === 'complete') return;
  const record = await ledger.run(run.id);
  if (record === undefined) throw new StoreUnavailableError(`run ${run.id} is not in the ledger ${ledger.location}`);
  const { version, name, checksum, definition } = registered;
  const { startedAt } = attempt;
  const proven = await migration.proven?.(context);
  await putHistory(home.keyValues, {
    ...{ version, name, kind: definition.kind, how: 'applied', checksum, startedAt, completedAt },
    durationSeconds: Math.max((Date.parse(completedAt) - Date.parse(startedAt)) / 1_000, 0),
    items: await itemsOf(run.attempt, ledger),
    ...(proven === undefined ? {} : { proven: [...proven] }),
    ...{ who: record.who, run: run.id, token: run.token },
  });
}

async function itemsOf(attempt: string, ledger: Dependencies['ledger']): Promise<number> {
  const { migrate } = await attemptRecord(ledger, attempt);
  let items = 0;
  for await (const unit of ledger.units(scopes.migrate(attempt), migrate)) items += unit.items;
  return items;
}
