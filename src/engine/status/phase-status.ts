import type { UnitRecord } from '../../ledger/ledger.js';
import { addUsage, noUsage, type Usage } from '../../stores/store.js';

/** What a phase has done of a table. */
export interface PhaseStatus {
  readonly units: number;
  readonly done: number;
  readonly items: number;
  readonly sizeBytes: number;
  readonly usage: Usage;
  /** From the first claim to the last checkpoint, milliseconds. */
  readonly elapsedMs: number;
  readonly failures: readonly { readonly unit: number; readonly name: string; readonly message: string }[];
}

/** A phase without units. */
export const noPhase: PhaseStatus = {
  units: 0,
  done: 0,
  items: 0,
  sizeBytes: 0,
  usage: noUsage,
  elapsedMs: 0,
  failures: [],
};

/** Units of one phase, added up by table, or by what `nameOf` makes of its name. */
export function phasesByTable(
  units: Iterable<UnitRecord>,
  nameOf: (table: string) => string,
): Map<string, PhaseStatus> {
  const byTable = new Map<string, PhaseStatus & { from: number; to: number }>();
  for (const unit of units) {
    const name = nameOf(unit.table);
    const sum = byTable.get(name) ?? { ...noPhase, from: Infinity, to: -Infinity };
    const from = Math.min(sum.from, unit.startedAt === undefined ? Infinity : Date.parse(unit.startedAt));
    const to = Math.max(sum.to, Date.parse(unit.updatedAt));
    byTable.set(name, {
      units: sum.units + 1,
      done: sum.done + (unit.done ? 1 : 0),
      items: sum.items + unit.items,
      sizeBytes: sum.sizeBytes + unit.sizeBytes,
      usage: addUsage(sum.usage, unit.usage),
      failures: unit.failure === undefined ? sum.failures : [...sum.failures, { unit: unit.unit, ...unit.failure }],
      elapsedMs: Number.isFinite(from) ? Math.max(to - from, 0) : 0,
      from,
      to,
    });
  }
  return byTable;
}
