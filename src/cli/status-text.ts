import Table from 'cli-table3';
import prettyMs from 'pretty-ms';
import type { RunStatus } from '../engine/run-status.js';
import type { RunRecord } from '../ledger/ledger.js';
import { copyReport, differencesTextOf, summaryTable } from './copy-report.js';
import { timeLeftText } from './rate-meter.js';

/** The runs, newest first, a line each. */
export function runListText(runs: readonly RunRecord[]): string {
  if (runs.length === 0) return 'No runs are recorded in this ledger.';
  const table = new Table({
    head: ['run', 'started', 'status', 'step', 'exit code', 'by'],
    style: { head: [], border: [], compact: true },
  });
  for (const { run, startedAt, status, step, exitCode, who, where } of runs)
    table.push([run, startedAt, status, step, exitCode ?? '', `${who} on ${where}`]);
  return table.toString();
}

/** One run: where it is, what it did of each table, what failed. `now`: epoch milliseconds. */
export function runText(status: RunStatus, now: number): string {
  const { run, tables } = status;
  const until = run.endedAt === undefined ? now : Date.parse(run.endedAt);
  const took = prettyMs(Math.max(until - Date.parse(run.startedAt), 0), { compact: true });
  const report = copyReport(status);
  const failures = report.tables.flatMap(({ table, failures: each }) =>
    each.map(({ unit, name, message }) => `  table "${table}", unit ${unit}: ${name}: ${message}`),
  );
  return [
    `run ${run.run}: ${run.status}, in ${run.step}, ${run.endedAt === undefined ? `for ${took}` : `took ${took}`}, started ${run.startedAt} by ${run.who} on ${run.where}`,
    ...(tables.length > 0 ? [summaryTable(report)] : []),
    ...(run.status === 'running' ? [leftText(status)] : []),
    ...(failures.length > 0 ? ['Units that failed:', ...failures] : []),
    ...(run.error === undefined ? [] : [`${run.error.name} in ${run.error.step}: ${run.error.message}`]),
    ...differencesTextOf(report),
  ].join('\n');
}

/** How far Migrate is, over all tables. */
function leftText({ tables }: RunStatus): string {
  const sum = (value: (table: RunStatus['tables'][number]) => number): number =>
    tables.reduce((total, table) => total + value(table), 0);
  const [items, expected] = [sum(({ migrate }) => migrate.items), sum(({ estimatedItems = 0 }) => estimatedItems)];
  const elapsedMs = Math.max(...tables.map(({ migrate }) => migrate.elapsedMs), 0);
  const rate = elapsedMs === 0 ? 0 : (items * 1_000) / elapsedMs;
  return `migrated ${items.toLocaleString('en')} items, ${Math.round(rate).toLocaleString('en')} items/s, ${timeLeftText(expected || undefined, items, rate)}`;
}
