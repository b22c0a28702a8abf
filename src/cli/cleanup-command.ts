import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { Dependencies } from '../engine/dependencies.js';
import { exitCodes } from '../engine/status/exit-codes.js';
import type { RunStatus } from '../engine/status/run-status.js';
import { lookAtDatabase } from '../engine/home/open-database.js';
import { lookAtChain } from '../engine/tasks/next-task.js';
import { openLocalRuntime } from '../local/local-runtime.js';
import { systemClock } from '../system-clock.js';
import { dueDrops } from '../versions/due-drops.js';
import { readState, type PendingDrop } from '../versions/state-entry.js';
import { assertAnswering } from './assert-answering.js';
import { chainProject } from './chain-project.js';
import { cleanupInStack } from './cleanup-in-stack.js';
import { confirmDrops } from './confirm.js';
import { errorText } from './error-text.js';
import { followedDatabase } from './followed-database.js';
import { createProgress } from './progress.js';
import { runLocally } from './run-locally.js';
import { userName } from './user-name.js';
import { dropText } from './version-report.js';

export interface CleanupOptions {
  readonly stack?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly ledger?: string;
  readonly config?: string;
}

/** What `cleanup --json` prints; the field names are stable. */
export interface CleanupReport {
  /** Null: there was nothing to do, and no run was begun. */
  readonly run: string | null;
  readonly status: string;
  readonly exitCode: number;
  /** Dropped by this run, or found to be gone. */
  readonly dropped: readonly PendingDrop[];
  /** Still to be dropped, now or later. */
  readonly remaining: readonly PendingDrop[];
  readonly error?: RunStatus['run']['error'];
}

/** `carryover cleanup`; resolves with the exit code. */
export function addCleanupCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('cleanup')
    .description('drop what earlier migrations left to be dropped, as far as its time has come')
    .option('--stack <name>', 'start the run in this deployed stack and follow it; needs --yes')
    .option('--yes', 'drop the tables without asking')
    .option('--json', 'print one JSON report on stdout, everything else on stderr')
    .option('--ledger <store>', 'the DynamoDB store that records runs (default: an embedded one under .carryover/)')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts)')
    .action(async (options: CleanupOptions) => exit(await cleanup(options)));
}

async function cleanup(options: CleanupOptions): Promise<number> {
  if (options.stack !== undefined) return await cleanupInStack(options, options.stack);
  const { project, database, registry } = await chainProject(options);
  const runtime = await openLocalRuntime({ project, registry, who: userName(), where: hostname() });
  try {
    const report = await cleanedUp(runtime.dependencies, database, options);
    process.stdout.write(`${options.json ? JSON.stringify(report) : reportText(report)}\n`);
    if (report.error !== undefined) process.stderr.write(`${errorText(report.error, { tables: [] })}\n`);
    return report.exitCode;
  } finally {
    await runtime.close();
  }
}

async function cleanedUp(deps: Dependencies, configured: string, { yes }: CleanupOptions): Promise<CleanupReport> {
  await assertAnswering([deps.openStore(configured)]);
  const { name: database, store: home } = await followedDatabase(deps);
  const pending = async (): Promise<readonly PendingDrop[]> =>
    (await readState((await lookAtDatabase(deps)).store.keyValues))?.cleanup ?? [];
  const { pending: isAnyDue } = await lookAtChain({ cleanup: {} }, deps);
  const before = await pending();
  if (!isAnyDue)
    return { run: null, status: 'nothing to do', exitCode: exitCodes.done, dropped: [], remaining: before };
  const due = dueDrops(before, deps.clock.now());
  if (due.length > 0 && !yes) {
    const tables = due.map(({ store, table }) => (store === database ? table : `${table} (of ${store})`));
    await confirmDrops(tables, `${database} (${home.location})`, { field: 'cleanup', what: 'it' });
  }
  const { run } = await runLocally(deps, { cleanup: {} }, createProgress(process.stderr, systemClock));
  const remaining = await pending();
  const isLeft = (drop: PendingDrop): boolean =>
    remaining.some(
      ({ store, table, identity }) => store === drop.store && table === drop.table && identity === drop.identity,
    );
  return {
    ...{ run: run.run, status: run.status, exitCode: run.exitCode ?? exitCodes.failed },
    dropped: before.filter((drop) => !isLeft(drop)),
    remaining,
    ...(run.error === undefined ? {} : { error: run.error }),
  };
}

function reportText({ run, dropped, remaining }: CleanupReport): string {
  return [
    ...(run === null ? ['nothing is to be dropped by now'] : []),
    ...dropped.map(({ store, table }) => `dropped: table ${table} of ${store}`),
    ...(run !== null && dropped.length === 0 ? ['no table was dropped'] : []),
    ...remaining.map(dropText),
  ].join('\n');
}
