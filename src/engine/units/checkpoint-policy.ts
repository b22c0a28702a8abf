import type { CheckpointPace } from '../../migrations/migration.js';
import type { Settings } from '../../settings.js';

/**
 * When a checkpoint is due. In Migrate: after `checkpointMs` and `checkpointRequests` data requests, whichever is later,
 * so that checkpoints are a small part of the one request in a hundred that a run may cost beyond its data; after
 * `checkpointAtMostMs` at the latest; where requests are not counted (`timed`), after `checkpointMs`. In Validate, where it carries a digest of up to 24 KB, only then. At the end of a call
 * always.
 */
export function checkpointDue(
  settings: Settings,
  pace: CheckpointPace,
  since: { elapsedMs: number; requests: number },
): boolean {
  if (pace === 'each' || since.elapsedMs >= settings.checkpointAtMostMs) return true;
  if (pace === 'rare' || since.elapsedMs < settings.checkpointMs) return false;
  return pace === 'timed' || since.requests >= settings.checkpointRequests;
}
