import { hostname } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes } from '../engine/status/exit-codes.js';
import type { Dependencies } from '../engine/dependencies.js';
import { RunReader } from '../engine/status/run-reader.js';
import { runStatus, type RunStatus } from '../engine/status/run-status.js';
import { isSilent } from '../engine/status/signs-of-life.js';
import { InputError, TableNotFoundError } from '../errors.js';
import type { Ledger, RunRecord } from '../ledger/ledger.js';
import { openLocalRuntime } from '../local/local-runtime.js';
import { systemClock } from '../system-clock.js';
import { absentLedger, configuredProject, ledgerFaults } from './command-project.js';
import { copyReport } from './copy-report.js';
import { pauseAfterLook } from './follow-run.js';
import { createProgress } from './progress.js';
import { quarantineReport, quarantineText } from './quarantine-report.js';
import { runListText, runText } from './status-text.js';

interface StatusOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
  readonly ledger?: string;
  readonly config?: string;
  readonly limit: number;
}

/** `carryover status`; resolves with the exit code. */
export function addStatusCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('status')
    .description('show the runs, or one of them: steps, tables with counts, rate, time left, failures')
    .argument('[run]', 'a run; without it: the newest ones')
    .option('--watch', 'follow the run until it ends, or shows no sign of life')
    .option('--json', 'print JSON')
    .option('--limit <n>', 'how many runs to list', wholeNumber, 20)
    .option('--ledger <store>', 'the DynamoDB store that records runs (default: the embedded one under .carryover/)')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts where there is one)')
    .action(async (run: string | undefined, options: StatusOptions) => exit(await status(run, options)));
}

async function status(run: string | undefined, options: StatusOptions): Promise<number> {
  const faults = ledgerFaults(options.ledger);
  if (faults.length > 0) throw new InputError(faults);
  const configured = await configuredProject(options);
  const project = options.ledger === undefined ? configured : { ...configured, ledger: options.ledger };
  const absent = await absentLedger(project);
  if (absent !== undefined) return noRuns(run, absent, options);
  const runtime = await openLocalRuntime({ project, who: 'status', where: hostname(), readOnly: true });
  const { dependencies } = runtime;
  try {
    const chosen = run ?? (options.watch ? (await newest(dependencies.ledger, 1))[0]?.run : undefined);
    if (chosen === undefined) return await list(dependencies, options);
    return await (options.watch ? watch(dependencies, chosen) : show(dependencies, chosen, options));
  } catch (error) {
    if (error instanceof TableNotFoundError) return noRuns(run, dependencies.ledger.location, options);
    throw error;
  } finally {
    await runtime.close();
  }
}

/** A ledger that was never made knows no runs, and looking at it does not make it. */
function noRuns(run: string | undefined, location: string, { json }: StatusOptions): number {
  if (run !== undefined) throw unknownRun(run, location);
  process.stdout.write(`${json ? '[]' : runListText([])}\n`);
  return exitCodes.done;
}

async function list({ ledger, settings }: Dependencies, { json, limit }: StatusOptions): Promise<number> {
  const runs = await newest(ledger, limit);
  const silent = new Map<string, string>();
  for (const { run, status } of json ? [] : runs) {
    if (status !== 'running') continue;
    const found = await new RunReader(ledger, run).look();
    if (found !== undefined && isSilent(found, settings, systemClock.now())) silent.set(run, found.lastSignAt);
  }
  process.stdout.write(`${json ? JSON.stringify(runs) : runListText(runs, silent)}\n`);
  return exitCodes.done;
}

async function newest(ledger: Ledger, limit: number): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for await (const run of ledger.runs()) {
    if (runs.length >= limit) break;
    runs.push(run);
  }
  return runs;
}

async function show({ ledger, settings }: Dependencies, id: string, { json }: StatusOptions): Promise<number> {
  const found = await known(ledger, id);
  const now = systemClock.now();
  const silent = isSilent(found, settings, now);
  const { chain, title, lastSignAt } = found;
  const quarantine = await quarantineReport(ledger, found.run.attempt);
  const report = { ...copyReport(found), chain, migration: title, quarantine, lastSignAt, silent };
  const text = [runText(found, now, silent), ...(quarantine === undefined ? [] : [quarantineText(quarantine)])];
  process.stdout.write(`${json ? JSON.stringify(report) : text.join('\n')}\n`);
  return exitCodes.done;
}

/** Follows the run until it ends, or nobody seems to work on it any more. */
async function watch({ ledger, settings }: Dependencies, id: string): Promise<number> {
  const progress = createProgress(process.stderr, systemClock);
  const reader = new RunReader(ledger, id);
  for (;;) {
    const from = systemClock.monotonic();
    const found = (await reader.look()) ?? (await known(ledger, id));
    progress.show(found);
    if (found.run.status !== 'running' || isSilent(found, settings, systemClock.now())) break;
    await systemClock.sleep(pauseAfterLook(systemClock.monotonic() - from));
  }
  progress.stop();
  const found = await known(ledger, id);
  const now = systemClock.now();
  process.stdout.write(`${runText(found, now, isSilent(found, settings, now))}\n`);
  return found.run.exitCode ?? exitCodes.failed;
}

async function known(ledger: Ledger, id: string): Promise<RunStatus> {
  const found = await runStatus(ledger, id);
  if (found !== undefined) return found;
  throw unknownRun(id, ledger.location);
}

function unknownRun(id: string, location: string): InputError {
  const message = `"${id}" is not in the ledger ${location}: "carryover status" lists the runs`;
  return new InputError([{ field: 'run', message }]);
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text) && Number(text) >= 1) return Number(text);
  throw new InvalidArgumentError('give a whole number, 1 or more');
}
