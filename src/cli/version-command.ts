import type { Command } from 'commander';
import { exitCodes } from '../engine/status/exit-codes.js';
import type { Store } from '../stores/store.js';
import { chainProject, type ChainProject } from './chain-project.js';
import {
  partitionLines,
  partitionSummary,
  type PartitionSummary,
  type ReportedPartition,
} from './partition-summary.js';
import { readingDatabase } from './read-database.js';
import { versionLines, versionReport } from './version-report.js';

interface VersionOptions {
  readonly all?: boolean;
  readonly json?: boolean;
  readonly config?: string;
}

/** `carryover version`; resolves with the exit code. */
export function addVersionCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('version')
    .description('show the version of the database and of its partitions, what is pending, and who holds the lock')
    .option('--all', 'list every partition; without it, the first 20 that lag, are parked, or failed')
    .option('--json', 'print JSON')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts)')
    .action(async (options: VersionOptions) => exit(await version(options)));
}

async function version(options: VersionOptions): Promise<number> {
  const project = await chainProject(options);
  await readingDatabase(project, (store, database) =>
    (options.json ? printJson : printText)({ ...project, database }, store, options),
  );
  return exitCodes.done;
}

const write = (text: string): void => void process.stdout.write(text);

/** Partitions are written as they are read: there may be a million of them. */
async function printText(project: ChainProject, store: Store, { all }: VersionOptions): Promise<void> {
  const report = await versionReport(project, store);
  write(`${versionLines(report).join('\n')}\n`);
  const each = (partition: ReportedPartition): void => write(`  ${partitionText(partition)}\n`);
  const partitions = await partitionSummary(
    store.keyValues,
    project.registry,
    report.version ?? 0,
    all ? each : undefined,
  );
  write(`${[countsText(partitions), ...(all ? [] : partitionLines(partitions))].join('\n')}\n`);
}

/** One document; with `--all` its field `all` lists every partition. */
async function printJson(project: ChainProject, store: Store, { all }: VersionOptions): Promise<void> {
  const report = await versionReport(project, store);
  write(JSON.stringify(report).slice(0, -1));
  let separator = ',"all":[';
  const each = (partition: ReportedPartition): void => {
    write(`${separator}${JSON.stringify(partition)}`);
    separator = ',';
  };
  const partitions = await partitionSummary(
    store.keyValues,
    project.registry,
    report.version ?? 0,
    all ? each : undefined,
  );
  if (all) write(separator === ',' ? ']' : ',"all":[]');
  write(`,"partitions":${JSON.stringify(partitions)}}\n`);
}

function countsText({ known, versions }: PartitionSummary): string {
  if (known === 0) return 'partitions: none is known';
  const each = versions.map(({ version: of, count }) => `${count.toLocaleString('en')} at version ${of}`);
  return `partitions: ${known.toLocaleString('en')} known, ${each.join(', ')}`;
}

function partitionText({ id, version: of, lags, parked, failure }: ReportedPartition): string {
  return [
    `${id}: version ${of}`,
    ...(lags ? ['lags'] : []),
    ...(parked === null ? [] : [`parked by ${parked.who} at ${parked.at}: ${parked.why}`]),
    ...(failure === null ? [] : [`failed on the way to ${failure.version}: ${failure.name}: ${failure.message}`]),
  ].join(', ');
}
