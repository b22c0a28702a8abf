import type { Clock } from '../clock.js';
import { runStatus } from '../engine/run-status.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Progress } from './progress.js';

/** Each look reads a few entries of the ledger: seldom enough to cost less than one request in a hundred of a copy. */
const everyMs = 2_000;

/** Shows a run's progress from the ledger until `ended` settles; then once more. */
export async function followRun<T>(
  ledger: Ledger,
  run: string,
  progress: Progress,
  clock: Clock,
  ended: Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const show = async (): Promise<void> => {
    const status = await runStatus(ledger, run);
    if (status !== undefined) progress.show(status);
  };
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await clock.sleep(everyMs, over.signal).catch(() => undefined);
      // What cannot be shown now is shown at the next look; the run does not depend on it.
      if (!over.signal.aborted) await show().catch(() => undefined);
    }
  };
  const watching = watch();
  try {
    return await ended;
  } finally {
    over.abort();
    await watching;
    await show().catch(() => undefined);
    progress.stop();
  }
}
