import { hostname } from 'node:os';
import { endAttempt } from '../engine/attempts/end-attempt.js';
import type { Dependencies } from '../engine/dependencies.js';
import { forecastRun } from '../engine/runs/forecast-run.js';
import type { Json } from '../json.js';
import { openLocalRuntime } from '../local/local-runtime.js';
import type { Forecast } from '../migrations/forecast.js';
import { systemClock } from '../system-clock.js';
import type { AdHocCommand, AdHocOptions } from './ad-hoc-command.js';
import { localRequest, type RequestInput } from './ad-hoc-request.js';
import { allowedInput } from './allowed-input.js';
import { assertAnswering } from './assert-answering.js';
import { printForecast, printReport } from './print-report.js';
import { createProgress } from './progress.js';
import { runLocally } from './run-locally.js';
import { runInStack } from './stack-run.js';
import { userName } from './user-name.js';

/** Runs the command in this process, or in a deployed stack; resolves with the exit code. */
export async function runAdHoc<Options extends AdHocOptions>(
  command: AdHocCommand<Options>,
  options: Options,
): Promise<number> {
  if (options.stack !== undefined) return await runInStack(command, options, options.stack);
  const { input, project, registry } = await localRequest(command, options);
  const readOnly = options.dryRun === true;
  const runtime = await openLocalRuntime({ project, registry, who: userName(), where: hostname(), readOnly });
  try {
    return await runHere(command, runtime.dependencies, input, options);
  } finally {
    await runtime.close();
  }
}

async function runHere<Options extends AdHocOptions>(
  command: AdHocCommand<Options>,
  deps: Dependencies,
  input: RequestInput,
  options: Options,
): Promise<number> {
  await assertAnswering(command.stores.map((field) => deps.openStore(input[field] as string)));
  const forecast = (of: RequestInput): Promise<Forecast> => forecastRun({ [command.name]: of }, deps);
  if (options.dryRun) return printForecast(await forecast(input), options);
  const target = (await deps.openStore(input.to)).location;
  const allowed = await allowedInput(command.droppingOf(options), { input, target, forecast }, options);
  const progress = createProgress(process.stderr, systemClock);
  const status = await runLocally({ ...deps, reportsRuns: true }, { [command.name]: allowed } as Json, progress);
  const exitCode = printReport(status, options);
  // What was reported stays so: where this fails, the same command validates once more instead of beginning anew.
  await endAttempt(status.run, deps).catch(() => undefined);
  return exitCode;
}
