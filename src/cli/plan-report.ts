import Table from 'cli-table3';
import prettyBytes from 'pretty-bytes';
import type { Forecast } from '../migrations/forecast.js';

/** What a dry run prints: the plan, and what would be dropped. */
export function planTable({ tables, drops, warnings }: Forecast): string {
  const table = new Table({
    head: ['table', 'items', 'bytes', 'segments', 'in the target'],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of tables)
    table.push([
      row.table,
      row.items === undefined ? 'unknown' : `about ${row.items.toLocaleString('en')}`,
      row.sizeBytes === undefined ? 'unknown' : `about ${prettyBytes(row.sizeBytes)}`,
      row.mode === 'carry' ? row.segments : 'schema only',
      { absent: 'will be created', own: 'created by this attempt', existing: 'is there already' }[row.target],
    ]);
  return [
    table.toString(),
    drops.length === 0 ? 'Nothing would be dropped.' : `Would be dropped from the target: ${drops.join(', ')}`,
    ...warningLines(warnings),
  ].join('\n');
}

/** What is not carried, a line each. */
export function warningLines(warnings: Forecast['warnings']): string[] {
  return warnings.map(({ field, message }) => `Note: ${field}: ${message}`);
}
