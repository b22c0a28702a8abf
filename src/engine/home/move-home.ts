import { InputError } from '../../errors.js';
import { isOwn } from '../../kv/lease-cell.js';
import type { StepProgress } from '../../migrations/migration.js';
import type { Cursor } from '../../stores/store.js';
import type { Moved } from '../../versions/home-records.js';
import { occupantFaults } from '../../versions/new-home.js';
import { readState, type StateEntry } from '../../versions/state-entry.js';
import type { Call, Dependencies } from '../dependencies.js';
import { underHeartbeat } from '../leases/heartbeat.js';
import type { OpenRun } from '../runs/open-run.js';
import { workStep } from '../steps/work-step.js';
import { arrive, reserved, type NamedStore } from './arrive.js';
import { copyEntries, type EntryCursor } from './copy-entries.js';

/** How long a step waits before it asks again; copying never has to. */
const pollMs = 1_000;

/** A cutover that moves the home. */
export interface HomeMove {
  /** The declared store that it moves to. */
  readonly to: string;
  readonly at: string;
  /** The one write that decides, with what it says of the move. */
  decide(moved: Moved): Promise<void>;
}

/**
 * Moves the home of the database: copies what lies beside the state entry, looks whether the new home may be moved to, lets the
 * old one decide, and brings the database there. False: call again. Throws InputError and LockHeldError, before anything is
 * decided, where the new home is another's; LeaseLostError.
 */
export async function moveHome(open: OpenRun, deps: Dependencies, call: Call, move: HomeMove): Promise<boolean> {
  const { run, task, home } = open;
  const to = { name: move.to, store: await task.openStore(move.to) };
  await assertMayMove(open, to);
  const copy = { from: home.keyValues, to: to.store.keyValues, id: run.attempt };
  const steps = (from: Cursor | undefined) => copied(copy, from);
  if (!(await workStep(open, deps, call, { name: 'move', pollMs, steps }))) return false;
  const { location } = to.store;
  const version = task.registered?.version ?? (await readState(home.keyValues))?.version ?? 0;
  const moved = { store: to.name, location, version, at: move.at, id: run.attempt, arrived: false };
  await underHeartbeat(open, deps.clock, async () => {
    try {
      await reserved(to, run.attempt, deps, async () => {
        await move.decide(moved);
        await finish(open, to, deps);
      });
    } catch (error) {
      // Decided all the same: another call of this run was faster, or the answer was lost.
      if (!(await hasLeft(open))) throw error;
      await finish(open, to, deps);
    }
  });
  return true;
}

async function* copied(copy: Parameters<typeof copyEntries>[0], from: Cursor | undefined): AsyncIterable<StepProgress> {
  for await (const [place, key] of copyEntries(copy, from as EntryCursor | undefined)) yield { cursor: [place, key] };
}

async function finish({ home, task }: OpenRun, to: NamedStore, deps: Dependencies): Promise<void> {
  const state = await readState(home.keyValues);
  if (state?.moved === undefined) return;
  const from = { name: task.database ?? '', store: home };
  await arrive({ from, left: { ...state, moved: state.moved }, to }, deps);
}

async function hasLeft({ home, run }: OpenRun): Promise<boolean> {
  return (await readState(home.keyValues))?.moved?.id === run.attempt;
}

/** Throws InputError where the new home is another database's, or the same store as the old one by another name. */
async function assertMayMove(open: OpenRun, to: NamedStore): Promise<void> {
  const found: StateEntry | undefined = await readState(to.store.keyValues);
  if (isOwn(found?.lease, open.run) && found?.movedFrom === undefined) {
    const message = `is the same store as "${open.task.database ?? ''}" (${open.home.location}), by another address or as its replica: give another`;
    throw new InputError([{ field: `store "${to.name}"`, message }]);
  }
  const faults = occupantFaults(found, to);
  // Another call of this run may have brought it there meanwhile.
  if (faults.length > 0 && !(await hasLeft(open))) throw new InputError(faults);
}
