import type { Command } from 'commander';
import { exitCodes } from '../engine/status/exit-codes.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import { isOwn, isSameRenewal, type LeaseRecord } from '../kv/lease-cell.js';
import { systemClock } from '../system-clock.js';
import { LeaseWatch } from '../versions/lease-watch.js';
import { readState } from '../versions/state-entry.js';
import { breakLock } from '../versions/unlock.js';
import { databaseProject } from './chain-project.js';
import { confirm } from './confirm.js';
import { readingDatabase } from './read-database.js';
import { lockText } from './version-report.js';

interface UnlockOptions {
  readonly yes?: boolean;
  readonly config?: string;
}

/** How often the holder is looked at. */
const pollMs = 500;

/** `carryover unlock`; resolves with the exit code. */
export function addUnlockCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('unlock')
    .description('show who holds the lock of the database, see whether it lives, and break the lock')
    .option('--yes', 'break it without asking, whether its holder lives or not')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts)')
    .addHelpText('after', '\nA dead holder needs none of this: its lock frees itself, and the next run takes it over.')
    .action(async (options: UnlockOptions) => exit(await unlock(options)));
}

async function unlock(options: UnlockOptions): Promise<number> {
  const project = await databaseProject(options);
  return await readingDatabase(project, async ({ keyValues, location }, database) => {
    const lease = (await readState(keyValues))?.lease;
    const name = `${database} (${location})`;
    process.stdout.write(`${await unlocked(keyValues, lease, name, options)}\n`);
    return exitCodes.done;
  });
}

/** Breaks the lock, if somebody holds it and it is allowed; says what became of it. */
async function unlocked(
  kv: KeyValueStore,
  lease: LeaseRecord | undefined,
  name: string,
  { yes }: UnlockOptions,
): Promise<string> {
  if (lease === undefined) return `${name} is not locked`;
  const seconds = Math.ceil(lease.durationMs / 1_000);
  process.stderr.write(`${name}: ${lockText(lease)}\nlooking whether it is renewed, for ${seconds} s at most …\n`);
  const sign = await signOfHolder(kv, lease);
  if (sign === 'gone') return `${name}: the lock was given up or passed on meanwhile, and nothing was broken`;
  process.stderr.write(`${sign === 'renewed' ? lives : isDead}\n`);
  if (!yes)
    await confirm({
      field: 'unlock',
      text: `The lock of ${name} will be taken from run ${lease.owner}.`,
      would: `it would take the lock of ${name} from run ${lease.owner}, started by ${lease.who} on ${lease.where}`,
      otherwise: 'the lock is as it was',
    });
  if (await breakLock(kv, lease)) return `${name}: the lock of run ${lease.owner} is broken`;
  return `${name}: the lock was given up or passed on meanwhile, and nothing was broken`;
}

const lives =
  'it is renewed: that run is at work. Once the lock is broken its next checkpoint is refused, but what it has sent may still arrive: stop it first';
const isDead =
  'it was not renewed for all its time: whoever held it is dead or cut off, and the next run takes it over';

/** Watches the holder until it shows that it lives, or its lease's time is over. */
async function signOfHolder(kv: KeyValueStore, shown: LeaseRecord): Promise<'renewed' | 'silent' | 'gone'> {
  const watch = new LeaseWatch(systemClock);
  for (let lease: LeaseRecord | undefined = shown; ; lease = (await readState(kv))?.lease) {
    if (lease === undefined || !isOwn(lease, shown)) return 'gone';
    if (!isSameRenewal(lease, shown)) return 'renewed';
    const leftMs = watch.aliveForMs(lease);
    if (leftMs === 0) return 'silent';
    await systemClock.sleep(Math.min(pollMs, leftMs));
  }
}
