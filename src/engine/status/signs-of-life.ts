import type { Settings } from '../../settings.js';
import type { Dependencies } from '../dependencies.js';
import type { SignOfLife } from '../leases/heartbeat.js';
import type { OpenRun } from '../runs/open-run.js';
import type { RunStatus } from './run-status.js';

/** For clocks that differ, and for one page or request that takes long. */
const marginMs = 30_000;

/** A step that writes nothing else for long writes the time into its run's entry, as often as units save checkpoints. */
export function signOf({ run, settings }: OpenRun, { ledger }: Dependencies): SignOfLife {
  return { everyMs: settings.checkpointAtMostMs, give: () => ledger.changeRun(run.id, {}) };
}

/**
 * Whether a run that is recorded as running has left no sign for so long that nobody seems to work on it: the longest
 * pause between two checkpoints, the time after which its lease is anybody's, and a margin. It may still be alive, in a
 * request that takes minutes, or waiting for the claim of a call that crashed.
 */
export function isSilent({ run, lastSignAt }: RunStatus, settings: Settings, nowMs: number): boolean {
  const expectedMs = settings.checkpointAtMostMs + settings.leaseMs + marginMs;
  return run.status === 'running' && nowMs - Date.parse(lastSignAt) > expectedMs;
}
