import type { Settings } from '../../settings.js';

/** `each`: after every safe point, where one is a whole part of an archive. */
export type CheckpointPace = 'each' | 'frequent' | 'rare';

/**
 * When a checkpoint is due. In Migrate: after `checkpointMs` and `checkpointRequests` data requests, whichever is later,
 * so that checkpoints are a small part of the one request in a hundred that a run may cost beyond its data; after
 * `checkpointAtMostMs` at the latest. In Validate, where it carries a digest of up to 24 KB, only then. At the end of a call
 * always.
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
