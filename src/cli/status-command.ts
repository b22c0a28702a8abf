import { hostname } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes } from '../engine/status/exit-codes.js';
import { RunReader } from '../engine/status/run-reader.js';
import { runStatus, type RunStatus } from '../engine/status/run-status.js';
import { isSilent } from '../engine/status/signs-of-life.js';
import { InputError, TableNotFoundError } from '../errors.js';
import type { Ledger, RunRecord } from '../ledger/ledger.js';
import { openLocalRuntime } from '../local/local-runtime.js';
import { withDefaults, type Settings } from '../settings.js';
import { systemClock } from '../system-clock.js';
import { absentLedger, configuredProject, ledgerFaults } from './command-project.js';
import { copyReport } from './copy-report.js';
import { pauseAfterLook } from './follow-run.js';
import { createProgress } from './progress.js';
import { quarantineReport, quarantineText } from './quarantine-report.js';
import { stackRegion } from './stack-region.js';
import { inStackLedger } from './stack-session.js';
import { runListText, runText } from './status-text.js';

interface StatusOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
  readonly ledger?: string;
  readonly stack?: string;
  readonly config?: string;
  readonly limit: number;
}

/** Where runs are recorded, and the settings that tell how often one that works gives a sign of life. */
interface Recorded {
  readonly ledger: Ledger;
  readonly settings: Settings;
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
    .option('--stack <name>', 'the runs of this deployed stack; needs no configuration')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts where there is one)')
    .action(async (run: string | undefined, options: StatusOptions) => exit(await status(run, options)));
}

async function status(run: string | undefined, options: StatusOptions): Promise<number> {
  return options.stack === undefined
    ? await statusHere(run, options)
    : await statusInStack(run, options, options.stack);
}

/** The ledger does not say which settings the stack has: how long a run may be silent goes by the defaults. */
async function statusInStack(run: string | undefined, options: StatusOptions, stack: string): Promise<number> {
  const { region, faults } = stackRegion(options);
  if (faults.length > 0) throw new InputError(faults);
  return await inStackLedger(stack, region, (ledger) => look(run, { ledger, settings: withDefaults() }, options));
}

async function statusHere(run: string | undefined, options: StatusOptions): Promise<number> {
  const faults = ledgerFaults(options.ledger);
  if (faults.length > 0) throw new InputError(faults);
  const configured = await configuredProject(options);
  const project = options.ledger === undefined ? configured : { ...configured, ledger: options.ledger };
  const absent = await absentLedger(project);
  if (absent !== undefined) return noRuns(run, absent, options);
  const runtime = await openLocalRuntime({ project, who: 'status', where: hostname(), readOnly: true });
  const { dependencies } = runtime;
  try {
    return await look(run, dependencies, options);
  } catch (error) {
    if (error instanceof TableNotFoundError) return noRuns(run, dependencies.ledger.location, options);
    throw error;
  } finally {
    await runtime.close();
  }
}

async function look(run: string | undefined, recorded: Recorded, options: StatusOptions): Promise<number> {
  const chosen = run ?? (options.watch ? (await newest(recorded.ledger, 1))[0]?.run : undefined);
  if (chosen === undefined) return await list(recorded, options);
  return await (options.watch ? watch(recorded, chosen, options) : show(recorded, chosen, options));
}

/** A ledger that was never made knows no runs, and looking at it does not make it. */
function noRuns(run: string | undefined, location: string, options: StatusOptions): number {
  if (run !== undefined) throw unknownRun(run, location, options);
  process.stdout.write(`${options.json ? '[]' : runListText([])}\n`);
  return exitCodes.done;
}

async function list({ ledger, settings }: Recorded, { json, limit }: StatusOptions): Promise<number> {
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

async function show({ ledger, settings }: Recorded, id: string, options: StatusOptions): Promise<number> {
  const found = await known(ledger, id, options);
  const now = systemClock.now();
  const silent = isSilent(found, settings, now);
  const { chain, title, lastSignAt } = found;
  const quarantine = await quarantineReport(ledger, found.run.attempt);
  const report = { ...copyReport(found), chain, migration: title, quarantine, lastSignAt, silent };
  const text = [runText(found, now, silent), ...(quarantine === undefined ? [] : [quarantineText(quarantine)])];
  process.stdout.write(`${options.json ? JSON.stringify(report) : text.join('\n')}\n`);
  return exitCodes.done;
}

/** Follows the run until it ends, or nobody seems to work on it any more. */
async function watch({ ledger, settings }: Recorded, id: string, options: StatusOptions): Promise<number> {
  const progress = createProgress(process.stderr, systemClock);
  const reader = new RunReader(ledger, id);
  for (;;) {
    const from = systemClock.monotonic();
    const found = (await reader.look()) ?? (await known(ledger, id, options));
    progress.show(found);
    if (found.run.status !== 'running' || isSilent(found, settings, systemClock.now())) break;
    await systemClock.sleep(pauseAfterLook(systemClock.monotonic() - from));
  }
  progress.stop();
  const found = await known(ledger, id, options);
  const now = systemClock.now();
  process.stdout.write(`${runText(found, now, isSilent(found, settings, now))}\n`);
  return found.run.exitCode ?? exitCodes.failed;
}

async function known(ledger: Ledger, id: string, options: StatusOptions): Promise<RunStatus> {
  const found = await runStatus(ledger, id);
  if (found !== undefined) return found;
  throw unknownRun(id, ledger.location, options);
}

function unknownRun(id: string, location: string, { stack }: StatusOptions): InputError {
  const command = `carryover status${stack === undefined ? '' : ` --stack ${stack}`}`;
  const message = `"${id}" is not in the ledger ${location}: "${command}" lists the runs`;
  return new InputError([{ field: 'run', message }]);
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text) && Number(text) >= 1) return Number(text);
  throw new InvalidArgumentError('give a whole number, 1 or more');
}
