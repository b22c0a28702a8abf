import { exitCodes } from '../engine/status/exit-codes.js';
import type { RunStatus } from '../engine/status/run-status.js';
import type { Forecast } from '../migrations/forecast.js';
import { copyReport } from './copy-report.js';
import { errorText } from './error-text.js';
import { planTable } from './plan-report.js';
import { runTable } from './run-table.js';

/** Prints what a run did: the report on stdout, why it failed on stderr. Returns the exit code that the ledger records. */
export function printReport(status: RunStatus, { json }: { readonly json?: boolean }): number {
  const report = copyReport(status);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (report.tables.length > 0) process.stdout.write(`${runTable(report, status.run)}\n`);
  if (report.error !== undefined) process.stderr.write(`${errorText(report.error, report)}\n`);
  return status.run.exitCode ?? exitCodes.failed;
}

/** Prints what a dry run found. Returns the exit code. */
export function printForecast(forecast: Forecast, { json }: { readonly json?: boolean }): number {
  process.stdout.write(`${json ? JSON.stringify(forecast) : planTable(forecast)}\n`);
  return exitCodes.done;
}
