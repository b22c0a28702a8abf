import prettyMs from 'pretty-ms';
import { askedText } from '../engine/runs/asked-text.js';
import { exitCodes } from '../engine/status/exit-codes.js';
import type { RunStatus } from '../engine/status/run-status.js';
import type { RunRecord } from '../ledger/ledger.js';
import { copyReport } from './copy-report.js';
import { errorText } from './error-text.js';
import { timeLeftText } from './rate-meter.js';
import { runTable } from './run-table.js';
import { durationText, gateText } from './up-text.js';

/**
 * The runs, newest first: which and how it went, then what it was asked for. `silent`: runs that are recorded as running, but
 * show no sign of life, and when they showed their last.
 */
export function runListText(runs: readonly RunRecord[], silent: ReadonlyMap<string, string> = new Map()): string {
  if (runs.length === 0) return 'No runs are recorded in this ledger.';
  return runs
    .map((record) => {
      const asked = askedText(record);
      const started = record.startedAt.slice(0, 19).replace('T', ' ');
      const what = asked === undefined ? [] : [`  ${asked}`];
      const by = `${record.who} on ${record.where}`;
      return [`${record.run}  ${started} UTC  ${statusText(record, silent).padEnd(20)}  ${by}`, ...what].join('\n');
    })
    .join('\n');
}

function statusText({ run, status, step, exitCode }: RunRecord, silent: ReadonlyMap<string, string>): string {
  const lastSignAt = silent.get(run);
  if (lastSignAt !== undefined)
    return `no sign of life since ${lastSignAt.slice(0, 19).replace('T', ' ')} UTC, in ${step}`;
  if (status === 'running') return `running, ${step}`;
  return exitCode === undefined || exitCode === exitCodes.done ? status : `${status}, exit code ${exitCode}`;
}

/** What a run of the chain has done, and where it is. */
function chainLines({ chain, title, run }: RunStatus): string[] {
  const isOver = run.status === 'succeeded' || chain?.applied.some(({ name }) => name === title);
  return [
    ...(chain === undefined ? [] : [`version ${chain.from} -> ${chain.version}, ${chain.pending} pending`]),
    ...(chain?.applied ?? []).map(
      ({ name, items, durationSeconds }) =>
        `  ${name}: applied, ${items.toLocaleString('en')} items, ${durationText(durationSeconds)}`,
    ),
    ...(title === undefined || isOver ? [] : [`  ${title}: not finished`]),
    ...(chain?.gate === undefined ? [] : [gateText(chain.gate)]),
  ];
}

/**
 * One run: where it is, what it did of each table, what failed. `now`: epoch milliseconds; `silent`: it is recorded as
 * running, but shows no sign of life.
 */
export function runText(status: RunStatus, now: number, silent: boolean): string {
  const { run, tables } = status;
  const asked = askedText(run);
  const until = run.endedAt === undefined ? now : Date.parse(run.endedAt);
  const took = prettyMs(Math.max(until - Date.parse(run.startedAt), 0), { compact: true });
  const report = copyReport(status);
  const failures = report.tables.flatMap(({ table, failures: each }) =>
    each.map(({ unit, name, message }) => `  table "${table}", unit ${unit}: ${name}: ${message}`),
  );
  return [
    `run ${run.run}: ${run.status}, in ${run.step}, ${run.endedAt === undefined ? `for ${took}` : `took ${took}`}, started ${run.startedAt} by ${run.who} on ${run.where}`,
    ...(asked === undefined ? [] : [asked]),
    ...chainLines(status),
    ...(tables.length > 0 ? [runTable(report, run)] : []),
    ...(run.status === 'running' ? [leftText(status), signText(status, now, silent)] : []),
    ...(failures.length > 0 ? ['Units that failed:', ...failures] : []),
    ...(run.error === undefined ? [] : [errorText(run.error, report)]),
  ].join('\n');
}

function signText({ lastSignAt }: RunStatus, now: number, silent: boolean): string {
  const ago = prettyMs(Math.max(now - Date.parse(lastSignAt), 0), { compact: true });
  if (!silent) return `last sign of life ${ago} ago`;
  return `no sign of life since ${lastSignAt} (${ago} ago): its process has probably ended; the same command goes on where it stopped`;
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
