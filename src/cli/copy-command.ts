import { hostname } from 'node:os';
import type { Command } from 'commander';
import { exitCodes } from '../engine/status/exit-codes.js';
import { endAttempt } from '../engine/attempts/end-attempt.js';
import { forecastRun } from '../engine/runs/forecast-run.js';
import type { Dependencies } from '../engine/dependencies.js';
import type { Json } from '../json.js';
import { openLocalRuntime } from '../local/local-runtime.js';
import type { Forecast } from '../migrations/migration.js';
import { systemClock } from '../system-clock.js';
import { assertAnswering } from './assert-answering.js';
import { confirmDrops, replacing } from './confirm.js';
import { addCopyOptions, type CopyOptions } from './copy-options.js';
import { localRequest, type CopyRequestInput } from './copy-request.js';
import { printReport } from './print-report.js';
import { planTable, warningLines } from './plan-report.js';
import { createProgress } from './progress.js';
import { runLocally } from './run-locally.js';
import { copyInStack } from './stack-run.js';
import { userName } from './user-name.js';

/** `carryover copy`; resolves with the exit code. */
export function addCopyCommand(program: Command, exit: (code: number) => void): void {
  addCopyOptions(
    program.command('copy').description('carry tables from one store to another, and validate them'),
  ).action(async (options: CopyOptions) => exit(await copy(options)));
}

async function copy(options: CopyOptions): Promise<number> {
  if (options.stack !== undefined) return await copyInStack(options, options.stack);
  const { input, project } = await localRequest(options);
  const readOnly = options.dryRun === true;
  const runtime = await openLocalRuntime({ project, who: userName(), where: hostname(), readOnly });
  try {
    return await copyLocally(runtime.dependencies, input, options);
  } finally {
    await runtime.close();
  }
}

async function copyLocally(deps: Dependencies, input: CopyRequestInput, options: CopyOptions): Promise<number> {
  await assertAnswering([deps.openStore(input.from), deps.openStore(input.to)]);
  if (options.dryRun) {
    const forecast = await forecastRun({ copy: input }, deps);
    process.stdout.write(`${options.json ? JSON.stringify(forecast) : planTable(forecast)}\n`);
    return exitCodes.done;
  }
  const replace = options.onExisting === 'replace' ? await allowedDrops(deps, input, options) : [];
  const progress = createProgress(process.stderr, systemClock);
  const status = await runLocally({ ...deps, reportsRuns: true }, { copy: { ...input, replace } } as Json, progress);
  const exitCode = printReport(status, options);
  // What was reported stays so: where this fails, the same command validates once more instead of beginning anew.
  await endAttempt(status.run, deps).catch(() => undefined);
  return exitCode;
}

/** The tables that `replace` drops, once somebody has allowed it. */
async function allowedDrops(deps: Dependencies, input: CopyRequestInput, options: CopyOptions): Promise<string[]> {
  const forecast: Forecast = await forecastRun({ copy: { ...input, dryRun: true } }, deps);
  for (const line of warningLines(forecast.warnings)) process.stderr.write(`${line}\n`);
  const drops = forecast.tables.filter(({ target }) => target === 'existing').map(({ table }) => table);
  if (drops.length > 0 && !options.yes) {
    const { location } = await deps.openStore(input.to);
    await confirmDrops(drops, location, replacing);
  }
  return drops;
}
