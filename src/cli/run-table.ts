import Table from 'cli-table3';
import prettyBytes from 'pretty-bytes';
import type { RunRecord } from '../ledger/ledger.js';
import { differencesText, summaryTable, type CopyReport } from './copy-report.js';

/** The summary of a run for people: a line a table, or a package where packages are exported or imported. */
export function runTable(report: CopyReport, { input }: Pick<RunRecord, 'input'>): string {
  const isOfPackages = typeof input === 'object' && input !== null && ('export' in input || 'import' in input);
  return isOfPackages ? packageTable(report) : summaryTable(report);
}

/** How much of a digest people compare. */
const digestDigits = 16;

/** Of one item that was read there may be no entry, or several: both are told. */
function packageTable({ tables }: CopyReport): string {
  const table = new Table({
    head: ['package', 'items read', 'bytes', 'entries', 'differences', 'digest'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { table: name, items, bytes, compared, differences, digest } of tables)
    table.push([
      name,
      items.toLocaleString('en'),
      prettyBytes(bytes),
      compared?.toLocaleString('en') ?? '',
      differencesText(differences),
      digest?.slice(0, digestDigits) ?? '',
    ]);
  return table.toString();
}
