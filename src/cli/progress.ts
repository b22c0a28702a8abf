import type { Clock } from '../clock.js';
import type { RunStatus } from '../engine/status/run-status.js';
import { barProgress } from './bar-progress.js';
import { withChain } from './chain-progress.js';
import { lineProgress } from './line-progress.js';

/** Shows how far a run is. */
export interface Progress {
  show(status: RunStatus): void;
  stop(): void;
}

/** How long Begin may take before it is said what it may be waiting for. */
const patienceMs = 3_000;
const waiting =
  'begin: looking at the stores, and waiting until nothing of an earlier run can still write (30 seconds at most, or what leaseMs says)';

/** Bars on a terminal, plain lines elsewhere. Writes to `output` only: stdout belongs to the report. */
export function createProgress(output: NodeJS.WriteStream, clock: Clock): Progress {
  const progress = withChain(output, () => (output.isTTY ? barProgress(output, clock) : lineProgress(output, clock)));
  const beganAt = clock.monotonic();
  let told = false;
  return {
    show(status) {
      const { status: state, step, attempt } = status.run;
      if (
        !told &&
        state === 'running' &&
        step === 'begin' &&
        attempt === undefined &&
        clock.monotonic() - beganAt >= patienceMs
      ) {
        told = true;
        output.write(`${waiting}\n`);
      }
      progress.show(status);
    },
    stop: () => progress.stop(),
  };
}
