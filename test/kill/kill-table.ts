import Table from 'cli-table3';
import type { Kill } from './kill-rig.js';
import { seed } from './random.js';

/** Prints each kill of a series: what was under way, and how much a checkpoint covered. */
export function printKills(series: string, kills: readonly (Kill & { readonly coveredRows: number })[]): void {
  const table = new Table({
    head: ['step', 'request', 'of', 'its fate', 'ms later', 'under way', 'rows covered'],
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { step, request, moment, underWay, coveredRows } of kills)
    table.push([
      step,
      request.operation,
      request.wire,
      moment.fate,
      moment.delayMs.toFixed(1),
      underWay,
      coveredRows.toLocaleString('en'),
    ]);
  process.stderr.write(`\n${series}: ${kills.length} kills, KILL_SEED=${seed}\n${table.toString()}\n`);
}
