import type { Clock } from '../clock.js';
import { RunReader } from '../engine/status/run-reader.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Progress } from './progress.js';

/** A look costs two requests: less than one a second, and less than one in a hundred of a copy's. */
const everyMs = 3_000;
/** What a look took is at most this share of the time, however many units are under way. */
const lookingShare = 0.05;

/** How long to wait after a look that took `tookMs`. */
export function pauseAfterLook(tookMs: number): number {
  return Math.max(everyMs, tookMs / lookingShare);
}

/** Shows a run's progress from the ledger until `ended` settles; then once more. */
export async function followRun<T>(
  ledger: Ledger,
  run: string,
  progress: Progress,
  clock: Clock,
  ended: Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const reader = new RunReader(ledger, run);
  // What cannot be shown now is shown at the next look; the run does not depend on it.
  const show = async (): Promise<void> => {
    const status = await reader.look().catch(() => undefined);
    if (status !== undefined) progress.show(status);
  };
  const watch = async (): Promise<void> => {
    let pauseMs = everyMs;
    while (!over.signal.aborted) {
      await clock.sleep(pauseMs, over.signal).catch(() => undefined);
      if (over.signal.aborted) return;
      const from = clock.monotonic();
      await show();
      pauseMs = pauseAfterLook(clock.monotonic() - from);
    }
  };
  const watching = watch();
  try {
    return await ended;
  } finally {
    over.abort();
    await watching;
    await show();
    progress.stop();
  }
}
