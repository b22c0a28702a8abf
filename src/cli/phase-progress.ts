import type { Clock } from '../clock.js';
import type { PhaseStatus } from '../engine/status/phase-status.js';
import type { RunStatus, TableStatus } from '../engine/status/run-status.js';
import { RateMeter, timeLeftText } from './rate-meter.js';

/** How far one table is in one step. */
export interface PhaseProgress {
  /** `migrate orders`: tells it from the others of a run. */
  readonly name: string;
  readonly items: number;
  /** Undefined: the source gives no estimate. */
  readonly expected: number | undefined;
  readonly segments: number;
  readonly segmentsDone: number;
  readonly done: boolean;
  /** Whether any of it was seen to work. */
  readonly started: boolean;
  readonly perSecond: number;
  /** `done`, `2m 3s left`. */
  readonly left: string;
}

/** Makes phases of what the ledger says, with rates between one look and the next. */
export class PhaseMeter {
  private readonly meters = new Map<string, RateMeter>();

  constructor(private readonly clock: Clock) {}

  /** The phases of a run: what is being carried, then what is being validated. */
  phases({ tables }: RunStatus): PhaseProgress[] {
    return (['migrate', 'validate'] as const).flatMap((step) =>
      tables.filter((table) => table[step].units > 0).map((table) => this.phase(table, step)),
    );
  }

  private phase(table: TableStatus, step: 'migrate' | 'validate'): PhaseProgress {
    const phase = table[step];
    const name = `${step} ${table.table}`;
    const meter = this.meters.get(name) ?? new RateMeter(this.clock);
    this.meters.set(name, meter);
    meter.add(phase.items);
    const done = phase.done === phase.units;
    const expected = done ? phase.items : expectedItems(table, step);
    const perSecond = done ? overall(phase) : meter.perSecond() || overall(phase);
    return {
      name,
      items: phase.items,
      expected,
      segments: phase.units,
      segmentsDone: phase.done,
      done,
      started: phase.items > 0 || phase.done > 0,
      perSecond: Math.round(perSecond),
      left: done ? 'done' : timeLeftText(expected, phase.items, perSecond),
    };
  }
}

/** Validation reads both sides. What was carried is known exactly; before that there is the source's estimate, if any. */
function expectedItems({ migrate, validate, estimatedItems }: TableStatus, step: 'migrate' | 'validate') {
  const carried = migrate.units > 0 && migrate.done === migrate.units ? migrate.items : 0;
  const oneSide = carried || estimatedItems || 0;
  if (oneSide === 0) return undefined;
  return step === 'migrate' ? Math.max(oneSide, migrate.items) : Math.max(oneSide * 2, validate.items);
}

function overall({ items, elapsedMs }: PhaseStatus): number {
  return elapsedMs === 0 ? 0 : (items * 1_000) / elapsedMs;
}
