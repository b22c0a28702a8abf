import type { Command } from 'commander';
import { exitCodes } from '../engine/status/exit-codes.js';
import { InputError, type Fault } from '../errors.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import { systemClock } from '../system-clock.js';
import { changePartition, type PartitionEntry } from '../versions/partition-versions.js';
import { assertAtHome } from '../versions/home-records.js';
import { readState } from '../versions/state-entry.js';
import { databaseProject } from './chain-project.js';
import { readingDatabase } from './read-database.js';
import { userName } from './user-name.js';

interface ParkOptions {
  readonly why?: string;
  readonly release?: boolean;
  readonly config?: string;
}

/** `carryover park`; resolves with the exit code. */
export function addParkCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('park')
    .description('leave a partition behind that cannot be migrated now: no run waits for it, or fails because of it')
    .argument('<id>', 'a partition that is registered, or that a run came to')
    .option('--why <text>', 'the reason, for those who find it parked (required)')
    .option('--release', 'take it along again')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts)')
    .addHelpText(
      'after',
      '\nIt lags until it is migrated: by --release and "carryover up", or "carryover up --partition ID".',
    )
    .action(async (id: string, options: ParkOptions) => exit(await park(id, options)));
}

async function park(id: string, options: ParkOptions): Promise<number> {
  const project = await databaseProject(options, optionFaults(options));
  const entry = await readingDatabase(project, ({ keyValues }) => changed(keyValues, id, options));
  const what = options.release ? 'is no longer parked' : 'is parked';
  process.stdout.write(`partition ${id} ${what}, at version ${entry?.dataVersion ?? 0}\n`);
  return exitCodes.done;
}

function optionFaults({ why, release }: ParkOptions): Fault[] {
  if (release)
    return why === undefined ? [] : [{ field: '--why', message: 'is of no use with --release: leave one of them out' }];
  if (why !== undefined && why.trim() !== '') return [];
  return [{ field: '--why', message: 'is missing: say in a few words why the partition cannot be migrated now' }];
}

async function changed(kv: KeyValueStore, id: string, { why = '', release }: ParkOptions) {
  const changedEntry = await changePartition(kv, id, (entry) => {
    if (entry === undefined) throw unknown(id);
    if (!release) return { ...entry, parked: { why, who: userName(), at: new Date(systemClock.now()).toISOString() } };
    if (entry.parked === undefined) throw notParked(id, entry);
    const { parked: _parked, ...rest } = entry;
    return rest;
  });
  // What is changed after the home moved stays behind.
  assertAtHome(await readState(kv));
  return changedEntry;
}

/** A misspelt one would be parked for nothing, and be found when its namesake fails. */
function unknown(id: string): InputError {
  const message = `"${id}" is not known: it was neither registered, nor did a run come to it; "carryover version --all" lists those that are`;
  return new InputError([{ field: 'id', message }]);
}

function notParked(id: string, { dataVersion }: PartitionEntry): InputError {
  return new InputError([{ field: 'id', message: `"${id}" is not parked; it is at version ${dataVersion}` }]);
}
