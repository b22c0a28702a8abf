import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Clock } from '../clock.js';
import { PhaseMeter, type PhaseProgress } from './phase-progress.js';
import type { Progress } from './progress.js';

/** Names longer than this are cut, so that a bar fits into a line of 100 characters. */
const nameWidth = 28;
const barWidth = 20;
/** Lines of a terminal that are left free of bars: beyond its height they could not be drawn over. */
const freeRows = 4;
/** Tables that nothing was heard of yet get a bar while there are no more than this: the first checkpoint takes seconds. */
const idleBars = 8;
const redrawsPerSecond = 4;

/** A bar for each table that is being worked on, and for some that are next; one that is done becomes a line above them. */
export function barProgress(output: NodeJS.WriteStream, clock: Clock): Progress {
  const meter = new PhaseMeter(clock);
  const bars = new Map<string, SingleBar>();
  const finished = new Set<string>();
  let multi: MultiBar | undefined;
  const finish = (phase: PhaseProgress): void => {
    const bar = bars.get(phase.name);
    if (bar !== undefined) multi?.remove(bar);
    bars.delete(phase.name);
    finished.add(phase.name);
    multi?.log(
      `${nameText(phase)} ${phase.items.toLocaleString('en')} items, ${phase.perSecond.toLocaleString('en')} items/s, done\n`,
    );
  };
  const update = (phase: PhaseProgress): void => {
    const rows = Math.max((output.rows ?? 24) - freeRows, 1);
    const full = bars.size >= (phase.started ? rows : Math.min(rows, idleBars));
    const bar = bars.get(phase.name) ?? (full ? undefined : multi?.create(1, 0, payloadOf(phase)));
    if (bar === undefined) return;
    bars.set(phase.name, bar);
    bar.setTotal(Math.max(phase.expected ?? 1, 1));
    bar.update(phase.expected === undefined ? 0 : phase.items, payloadOf(phase));
  };
  return {
    show(status) {
      multi ??= new MultiBar(optionsFor(output), Presets.shades_classic);
      const phases = meter.phases(status).filter(({ name }) => !finished.has(name));
      for (const phase of phases) if (phase.done) finish(phase);
      for (const started of [true, false])
        for (const phase of phases) if (!phase.done && phase.started === started) update(phase);
      multi.update();
    },
    stop() {
      multi?.stop();
      multi = undefined;
      bars.clear();
    },
  };
}

function optionsFor(stream: NodeJS.WriteStream) {
  return {
    stream,
    format: '{name} {bar} {share} {count} items {rate} items/s {left}',
    barsize: barWidth,
    fps: redrawsPerSecond,
    // The cursor stays, so that it is there whatever ends the command.
    hideCursor: false,
    clearOnComplete: true,
    emptyOnZero: true,
  };
}

function payloadOf(phase: PhaseProgress) {
  const { items, expected, perSecond, left } = phase;
  const share = expected === undefined ? '' : `${Math.floor((items * 100) / expected)}%`;
  const of = expected === undefined ? '' : `/${expected.toLocaleString('en')}`;
  return {
    name: nameText(phase),
    share: share.padStart(4),
    count: `${items.toLocaleString('en')}${of}`,
    rate: perSecond.toLocaleString('en'),
    left,
  };
}

function nameText({ name }: PhaseProgress): string {
  return name.length > nameWidth ? `${name.slice(0, nameWidth - 1)}…` : name.padEnd(nameWidth);
}
