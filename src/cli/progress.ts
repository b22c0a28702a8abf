import type { Clock } from '../clock.js';
import type { RunStatus } from '../engine/run-status.js';
import { barProgress } from './bar-progress.js';
import { lineProgress } from './line-progress.js';

/** Shows how far a run is. */
export interface Progress {
  show(status: RunStatus): void;
  stop(): void;
}

/** Bars on a terminal, plain lines elsewhere. Writes to `output` only: stdout belongs to the report. */
export function createProgress(output: NodeJS.WriteStream, clock: Clock): Progress {
  return output.isTTY ? barProgress(output, clock) : lineProgress(output, clock);
}
