import { hostname } from 'node:os';
import type { Command } from 'commander';
import { ulid } from 'ulid';
import { exitCodes } from '../engine/status/exit-codes.js';
import { firstData, giveVersion } from '../engine/tasks/adoption.js';
import { InputError, type Fault } from '../errors.js';
import { acquireLease, releaseLease } from '../kv/lease.js';
import { newestVersion, type Registry } from '../migrations/registry.js';
import { localStores } from '../local/local-stores.js';
import { withDefaults } from '../settings.js';
import type { Store } from '../stores/store.js';
import { systemClock } from '../system-clock.js';
import { readState, stateLeaseCell, type StateEntry } from '../versions/state-entry.js';
import { assertAnswering } from './assert-answering.js';
import { chainProject, type ChainProject } from './chain-project.js';
import { followedDatabase } from './followed-database.js';
import { confirm } from './confirm.js';
import { userName } from './user-name.js';
import { wholeNumber } from './whole-number.js';

interface BaselineOptions {
  readonly yes?: boolean;
  readonly config?: string;
}

/** `carryover baseline`; resolves with the exit code. */
export function addBaselineCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('baseline')
    .description('adopt a database that has data and no version: say which version its data has')
    .argument('<n>', 'the number of the last migration whose work the data has already; 0 to run every migration')
    .option('--yes', 'do not ask')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts)')
    .action(async (n: string, options: BaselineOptions) => exit(await baseline(n, options)));
}

async function baseline(text: string, options: BaselineOptions): Promise<number> {
  const faults: Fault[] = [];
  const version = wholeNumber('n', text, { least: 0, most: 9_999_999_999 }, faults) ?? 0;
  const project = await chainProject(options, faults);
  const unknown = versionFaults(version, project.registry);
  if (unknown.length > 0) throw new InputError(unknown);
  const stores = localStores(project.project, withDefaults(project.project.settings));
  try {
    await assertAnswering([stores.openStore(project.database)]);
    const { store } = await followedDatabase({ ...project, ...stores });
    assertAdoptable(await readState(store.keyValues));
    if (!options.yes) await confirmVersion(version, project, await firstData({ ...project, ...stores }), store);
    await adopt(store, version, project);
  } finally {
    await stores.close();
  }
  process.stdout.write(`${project.database} is at version ${version}\n`);
  return exitCodes.done;
}

function versionFaults(version: number, registry: Registry): Fault[] {
  if (version === 0 || registry.migrations.some((migration) => migration.version === version)) return [];
  const newest = newestVersion(registry);
  const message = `no migration has the number ${version}: ${newest === 0 ? 'there are none yet, give 0' : `give 0, or one up to ${newest}`}`;
  return [{ field: 'n', message }];
}

/** Throws InputError for a database that has a version, or that somebody is in the middle of changing. */
function assertAdoptable(state: StateEntry | undefined): void {
  const faults: Fault[] = [];
  const { baseline: adopted, attempt, version } = state ?? {};
  if (adopted !== undefined)
    faults.push({ field: 'n', message: `the database has a version already, ${version}: migrations alone change it` });
  if (attempt?.phase === 'setup' || attempt?.phase === 'carry') {
    const message = `holds an unfinished attempt, begun at ${attempt.startedAt}: ${attempt.description}. Finish it first, so that the data is whole`;
    faults.push({ field: 'database', message });
  }
  if (faults.length > 0) throw new InputError(faults);
}

async function confirmVersion(
  version: number,
  { database, registry }: ChainProject,
  data: string | undefined,
  { location }: Store,
): Promise<void> {
  const files = registry.migrations.map(({ version: of, file }) => ({ of, file }));
  const never = files.filter(({ of }) => of <= version).map(({ file }) => file);
  const later = files.filter(({ of }) => of > version).map(({ file }) => file);
  await confirm({
    field: 'baseline',
    text: [
      `${database} (${location}) would get version ${version}${data === undefined ? ', and no declared store holds data' : ''}.`,
      `Never run here: ${never.join(', ') || 'none'}`,
      `Run by the next "carryover up": ${later.join(', ') || 'none'}`,
    ].join('\n'),
    would: `it would give ${database} (${location}) version ${version}, and this cannot be taken back`,
    otherwise: 'the database has no version still',
  });
}

/** Takes the lock, looks again, and gives the version. Throws LockHeldError, and what it throws before. */
async function adopt(database: Store, version: number, { project, registry }: ChainProject): Promise<void> {
  const { keyValues } = database;
  const cell = stateLeaseCell(keyValues);
  const { leaseMs: durationMs } = withDefaults(project.settings);
  const who = userName();
  const own = await acquireLease(cell, { owner: ulid(), who, where: hostname(), durationMs });
  try {
    assertAdoptable(await readState(keyValues));
    const now = new Date(systemClock.now());
    await giveVersion(database, own, { version, how: 'baseline', who, now }, { registry });
  } finally {
    await releaseLease(cell, own);
  }
}
