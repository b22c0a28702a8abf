import { exitCodes } from '../engine/status/exit-codes.js';
import type { RunStatus } from '../engine/status/run-status.js';
import type { ChainForecast } from '../engine/tasks/forecast-chain.js';
import type { Ledger } from '../ledger/ledger.js';
import { chainPlan } from './chain-plan.js';
import { cleanupNeededText } from './cleanup-needed-text.js';
import { confirmDrops } from './confirm.js';
import type { UpOptions } from './up-options.js';
import { upReport, type ReadableDatabase } from './up-report.js';
import { upErrorText, upText } from './up-text.js';

/** Prints what a dry run found. `database`: what it looked at, for people. */
export function printPlan(forecast: ChainForecast, database: string, { json }: UpOptions): number {
  process.stdout.write(`${json ? JSON.stringify(forecast) : chainPlan(forecast, database)}\n`);
  return exitCodes.done;
}

/** Asks whether what the unfinished migration created may be dropped. Only the first one can be unfinished. */
export async function confirmFresh({ migrations: [first] }: ChainForecast, database: string): Promise<void> {
  const drops = first?.forecast.drops ?? [];
  if (drops.length > 0) await confirmDrops(drops, database, { field: '--fresh', what: 'a fresh start' });
}

/** A run of the chain that has ended. */
export interface EndedUp {
  readonly status: RunStatus;
  readonly ledger: Ledger;
  readonly input: Readonly<Record<string, unknown>>;
  /** For people. */
  readonly database: string;
  readonly readable: ReadableDatabase | undefined;
}

/** Prints what a run did: the report on stdout, why it failed on stderr. Returns the exit code that the ledger records. */
export async function printUp(
  { status, ledger, input, database, readable }: EndedUp,
  { json }: UpOptions,
): Promise<number> {
  const report = await upReport(status, ledger, input, readable);
  const lines = json ? [JSON.stringify(report)] : upText(report, database);
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  const why = upErrorText(report);
  if (why !== undefined) process.stderr.write(`${why}\n`);
  if (report.cleanupNeeded !== null) process.stderr.write(`${cleanupNeededText(report.cleanupNeeded)}\n`);
  return status.run.exitCode ?? exitCodes.failed;
}
