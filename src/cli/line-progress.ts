import type { Clock } from '../clock.js';
import { PhaseMeter, type PhaseProgress } from './phase-progress.js';
import type { Progress } from './progress.js';

/** How often a table has a line of its own in one step; its last comes when it is done. */
const everyMs = 5_000;

/** Steps that show in the lines of the tables, or before anything is to be seen. */
const silentSteps = new Set(['begin', 'migrate', 'validate']);

/** Plain lines, for logs. */
export function lineProgress(output: NodeJS.WritableStream, clock: Clock): Progress {
  const meter = new PhaseMeter(clock);
  const shown = new Map<string, { text: string; at: number; done: boolean }>();
  let step = '';
  const showPhase = (phase: PhaseProgress): void => {
    const now = clock.monotonic();
    const last = shown.get(phase.name) ?? { text: '', at: now, done: false };
    const text = phaseText(phase);
    const due = phase.done ? !last.done : now - last.at >= everyMs && text !== last.text;
    shown.set(phase.name, due ? { text, at: now, done: phase.done } : last);
    if (due) output.write(`${text}, ${phase.perSecond.toLocaleString('en')} items/s, ${phase.left}\n`);
  };
  return {
    show(status) {
      for (const phase of meter.phases(status)) showPhase(phase);
      if (status.run.step !== step && !silentSteps.has(status.run.step)) output.write(`${status.run.step}\n`);
      step = status.run.step;
    },
    stop: () => undefined,
  };
}

function phaseText({ name, items, expected, segments, segmentsDone, done }: PhaseProgress): string {
  const of = expected === undefined || done ? '' : ` of about ${expected.toLocaleString('en')}`;
  return `${name}: ${items.toLocaleString('en')}${of} items, ${segmentsDone} of ${segments} segments`;
}
