import { exitCodes } from '../engine/status/exit-codes.js';
import type { RunStatus } from '../engine/status/run-status.js';
import { copyReport, summaryTable } from './copy-report.js';
import { errorText } from './error-text.js';

/** Prints what a run did: the report on stdout, why it failed on stderr. Returns the exit code that the ledger records. */
export function printReport(status: RunStatus, { json }: { readonly json?: boolean }): number {
  const report = copyReport(status);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (report.tables.length > 0) process.stdout.write(`${summaryTable(report)}\n`);
  if (report.error !== undefined) process.stderr.write(`${errorText(report.error, report)}\n`);
  return status.run.exitCode ?? exitCodes.failed;
}
