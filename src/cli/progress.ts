import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Clock } from '../clock.js';
import type { PhaseStatus, RunStatus, TableStatus } from '../engine/run-status.js';
import { RateMeter, timeLeftText } from './rate-meter.js';

/** Shows how far a run is. */
export interface Progress {
  show(status: RunStatus): void;
  stop(): void;
}

/** Bars on a terminal, plain lines elsewhere. Writes to `output` only: stdout belongs to the report. */
export function createProgress(output: NodeJS.WriteStream, clock: Clock): Progress {
  return output.isTTY ? barProgress(output, clock) : lineProgress(output, clock);
}

interface Line {
  /** `orders`, or `orders (validate)`. */
  readonly name: string;
  readonly items: number;
  /** Undefined: the source gives no estimate. */
  readonly expected: number | undefined;
  readonly phase: PhaseStatus;
}

/** The lines of a run: what is being carried, then what is being validated. */
function linesOf({ tables }: RunStatus): Line[] {
  return [...phaseLines(tables, 'migrate'), ...phaseLines(tables, 'validate')];
}

function phaseLines(tables: readonly TableStatus[], which: 'migrate' | 'validate'): Line[] {
  return tables
    .filter((table) => table[which].units > 0)
    .map((table) => {
      const phase = table[which];
      const carried = table.migrate.done === table.migrate.units && table.migrate.units > 0 ? table.migrate.items : 0;
      const oneSide = carried || table.estimatedItems;
      const expected = oneSide === undefined ? undefined : which === 'migrate' ? oneSide : oneSide * 2;
      const whole = phase.done === phase.units ? phase.items : Math.max(expected ?? 0, phase.items);
      const known = phase.done === phase.units || expected ? whole : undefined;
      return {
        name: which === 'migrate' ? table.table : `${table.table} (validate)`,
        items: phase.items,
        expected: known,
        phase,
      };
    });
}

function barProgress(output: NodeJS.WriteStream, clock: Clock): Progress {
  const multi = new MultiBar(
    {
      stream: output,
      format: '{name} {bar} {percentage}% {value}/{total} items {rate} items/s {left}',
      hideCursor: true,
      clearOnComplete: false,
      emptyOnZero: true,
      autopadding: true,
    },
    Presets.shades_classic,
  );
  const bars = new Map<string, { bar: SingleBar; meter: RateMeter }>();
  return {
    show(status) {
      for (const { name, items, expected, phase } of linesOf(status)) {
        const total = expected ?? items;
        const entry = bars.get(name) ?? {
          bar: multi.create(total, 0, { name: name.padEnd(24), rate: 0, left: '' }),
          meter: new RateMeter(clock),
        };
        bars.set(name, entry);
        entry.meter.add(items);
        entry.bar.setTotal(Math.max(total, 1));
        const done = phase.done === phase.units;
        const left = done ? 'done' : timeLeftText(expected, items, entry.meter.perSecond());
        entry.bar.update(done && items === 0 ? 1 : items, {
          rate: Math.round(entry.meter.perSecond()).toLocaleString('en'),
          left,
        });
      }
      multi.update();
    },
    stop: () => multi.stop(),
  };
}

function lineProgress(output: NodeJS.WriteStream, clock: Clock): Progress {
  const shown = new Map<string, { meter: RateMeter; text: string }>();
  let step = '';
  return {
    show(status) {
      if (status.run.step !== step) {
        step = status.run.step;
        output.write(`${step}\n`);
      }
      for (const { name, items, expected, phase } of linesOf(status)) {
        const entry = shown.get(name) ?? { meter: new RateMeter(clock), text: '' };
        shown.set(name, entry);
        entry.meter.add(items);
        const done = phase.done === phase.units;
        const of = expected === undefined || done ? '' : ` of about ${expected.toLocaleString('en')}`;
        const text = `  ${name}: ${items.toLocaleString('en')}${of} items, ${phase.done} of ${phase.units} units`;
        if (text === entry.text) continue;
        entry.text = text;
        const rate = entry.meter.perSecond();
        const left = done ? 'done' : timeLeftText(expected, items, rate);
        output.write(`${text}, ${Math.round(rate).toLocaleString('en')} items/s, ${left}\n`);
      }
    },
    stop: () => undefined,
  };
}
