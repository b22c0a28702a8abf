import Table from 'cli-table3';
import prettyMs from 'pretty-ms';
import type { ChainSummary } from '../engine/tasks/chain-summary.js';
import { errorText } from './error-text.js';
import { partitionLines } from './partition-summary.js';
import type { UpReport } from './up-report.js';

/** How many failed partitions are shown. */
const mostShown = 20;

/** What a run did, for people. `database`: what it worked on. */
export function upText(report: UpReport, database: string): string[] {
  const { version, from, migrations, gate, partition, partitions } = report;
  if (version === null || from === null) return [];
  return [
    ...(migrations.length === 0 ? [standingText(report, database)] : [movedText(report, database)]),
    ...(migrations.length === 0 ? [] : [appliedTable(migrations)]),
    ...migrations.flatMap(provenLines),
    ...(partition?.version === undefined || partition.version === null
      ? []
      : [`partition ${partition.id} is at version ${partition.version}`]),
    ...(gate === null || report.status === 'failed' ? [] : [gateText(gate)]),
    ...(partitions === null ? [] : partitionLines(partitions)),
  ];
}

function standingText({ version, stamped, pending, status }: UpReport, database: string): string {
  if (stamped) return `${database} is new: it got version ${version}, and no migration was run`;
  if (status !== 'failed' && pending === 0) return `${database} is at version ${version}, nothing is pending`;
  return `${database} is at version ${version}`;
}

function movedText({ from, version, migrations }: UpReport, database: string): string {
  const count = migrations.length === 1 ? '1 migration was' : `${migrations.length} migrations were`;
  return `${database} came from version ${from} to ${version}: ${count} applied`;
}

/** How many digits of a digest are shown: enough to tell two apart at a glance. */
const shownDigits = 16;

function provenLines({ name, proven = [] }: ChainSummary['applied'][number]): string[] {
  return proven.map(({ what, store, items, digest }) => {
    const count = items.toLocaleString('en-US');
    return `${name}: ${what}, validated in ${store}: ${count} items, digest ${digest.slice(0, shownDigits)}…`;
  });
}

function appliedTable(migrations: ChainSummary['applied']): string {
  const table = new Table({
    head: ['migration', 'items', 'took'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, items, durationSeconds } of migrations)
    table.push([name, items.toLocaleString('en'), durationText(durationSeconds)]);
  return table.toString();
}

/** Seconds for people: `1m 3s`. */
export function durationText(seconds: number): string {
  return prettyMs(seconds * 1_000, { secondsDecimalDigits: 1 });
}

/** Why the chain stops, and what lets it go on. */
export function gateText({ name, flag }: NonNullable<ChainSummary['gate']>): string {
  return `stops before ${withoutEnding(name)}: the flag ${flag} is off`;
}

/** A file of the migrations folder as people name it. */
export function withoutEnding(file: string): string {
  return file.replace(/\.[^.]*$/, '');
}

/** Why a run failed, for people; undefined when it did not. */
export function upErrorText(report: UpReport): string | undefined {
  const { error, failedIn, failedPartitions } = report;
  if (error === undefined) return undefined;
  const { count, partitions } = failedPartitions;
  const where = failedIn === null ? '' : `${failedIn}: `;
  if (error.name !== 'UnitsFailedError' || count === 0) return `${where}${errorText(error, report)}`;
  const more = count > mostShown ? [`  and ${count - mostShown} more: "carryover version --all" lists them`] : [];
  return [
    `${where}${count.toLocaleString('en')} ${count === 1 ? 'partition' : 'partitions'} failed`,
    ...partitions.slice(0, mostShown).map(({ partition, message }) => `  ${partition}: ${message}`),
    ...more,
    'The same command tries these again, and what is done stays done; "carryover park ID --why TEXT" leaves one behind.',
  ].join('\n');
}
