import { exitCodes } from '../engine/exit-codes.js';
import type { RunStatus } from '../engine/run-status.js';
import { withOptionFields } from './option-fields.js';
import { copyReport, differencesTextOf, summaryTable, type CopyReport } from './copy-report.js';

/** Prints what a run did: the report on stdout, why it failed on stderr. Returns the exit code that the ledger records. */
export function printReport(status: RunStatus, { json }: { readonly json?: boolean }): number {
  const report = copyReport(status);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (report.tables.length > 0) process.stdout.write(`${summaryTable(report)}\n`);
  if (report.error !== undefined) process.stderr.write(`${failureText(report.error, report)}\n`);
  return status.run.exitCode ?? exitCodes.failed;
}

function failureText(error: NonNullable<CopyReport['error']>, report: CopyReport): string {
  const differences = differencesTextOf(report);
  if (differences.length > 0) return ['Validation found differences:', ...differences].join('\n');
  if (error.name === 'InputError')
    return `The input cannot be used:\n${withOptionFields(error.message).replace(/^/gm, '  ')}`;
  return `${error.name} in ${error.step}: ${error.message}`;
}
