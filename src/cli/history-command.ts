import Table from 'cli-table3';
import type { Command } from 'commander';
import { exitCodes } from '../engine/status/exit-codes.js';
import { migrationName } from '../migrations/file-name.js';
import type { Registry } from '../migrations/registry.js';
import type { Store } from '../stores/store.js';
import { versionOf } from '../versions/data-version-texts.js';
import { appliedHistory, type HistoryEntry } from '../versions/history.js';
import { readState } from '../versions/state-entry.js';
import { chainProject, type ChainProject } from './chain-project.js';
import { readingDatabase } from './read-database.js';

interface HistoryOptions {
  readonly json?: boolean;
  readonly config?: string;
}

/** What `history --json` prints of a version. `file`: what became of the migration's file since. */
export type HistoryRow = HistoryEntry & { readonly file: 'as it ran' | 'changed' | 'gone' | null };

/** `carryover history`; resolves with the exit code. */
export function addHistoryCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('history')
    .description('list how the database came to its version: each migration, when, how long, and who ran it')
    .option('--json', 'print JSON')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts)')
    .action(async (options: HistoryOptions) => exit(await showHistory(options)));
}

async function showHistory(options: HistoryOptions): Promise<number> {
  const project = await chainProject(options);
  return await readingDatabase(project, (store, database) => print({ ...project, database }, store, options));
}

async function print({ registry, database }: ChainProject, store: Store, { json }: HistoryOptions): Promise<number> {
  const version = versionOf(await readState(store.keyValues));
  const rows: HistoryRow[] = [];
  if (version !== undefined)
    for await (const entry of appliedHistory(store.keyValues, version))
      rows.push({ ...entry, file: fileOf(entry, registry) });
  const name = `${database} (${store.location})`;
  const text = version === undefined ? `${name} has no version` : historyText(rows, version, name);
  process.stdout.write(`${json ? JSON.stringify(rows) : text}\n`);
  return exitCodes.done;
}

/** Only what ran has a file that should still be the same. */
function fileOf({ version, how, checksum }: HistoryEntry, { migrations }: Registry): HistoryRow['file'] {
  if (how !== 'applied') return null;
  const registered = migrations.find((migration) => migration.version === version);
  if (registered === undefined) return 'gone';
  return registered.checksum === checksum ? 'as it ran' : 'changed';
}

function historyText(rows: readonly HistoryRow[], version: number, name: string): string {
  if (rows.length === 0) return `${name} is at version ${version}; nothing was applied`;
  const table = new Table({
    head: ['migration', 'kind', 'how', 'completed', 'seconds', 'items', 'who', 'checksum'],
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows)
    table.push([
      migrationName(row),
      row.kind,
      row.how,
      `${row.completedAt.slice(0, 19).replace('T', ' ')} UTC`,
      row.durationSeconds.toLocaleString('en', { maximumFractionDigits: 1 }),
      row.items.toLocaleString('en'),
      row.who,
      checksumText(row),
    ]);
  return `${name} is at version ${version}\n${table.toString()}`;
}

function checksumText({ checksum = '', file }: HistoryRow): string {
  const short = checksum.slice(0, 8);
  return file === 'changed' || file === 'gone' ? `${short}, file ${file} since` : short;
}
