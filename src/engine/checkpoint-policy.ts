import type { Settings } from '../settings.js';

/** `each`: after every safe point, where one is a whole part of an archive. */
export type CheckpointPace = 'each' | 'frequent' | 'rare';

/**
 * When a checkpoint is due. In Migrate: after two seconds and two hundred data requests, whichever is later, so that
 * checkpoints are one request in two hundred at most, which leaves as much again for claims and the lease within one in a
 * hundred; after a minute at the latest. In Validate, where it carries a digest
 * of up to 24 KB, once a minute. At the end of a call always.
 */
export function checkpointDue(
  settings: Settings,
  pace: CheckpointPace,
  since: { elapsedMs: number; requests: number },
): boolean {
  if (pace === 'each' || since.elapsedMs >= settings.checkpointAtMostMs) return true;
  return (
    pace === 'frequent' && since.elapsedMs >= settings.checkpointMs && since.requests >= settings.checkpointRequests
  );
}
