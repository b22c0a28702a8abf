import { differencesTextOf, type CopyReport } from './copy-report.js';
import { withOptionFields } from './option-fields.js';

/** Why a run failed, for people: what differs, what is wrong with the input, or the error and its step. */
export function errorText(error: NonNullable<CopyReport['error']>, report: Pick<CopyReport, 'tables'>): string {
  const differences = differencesTextOf(report);
  if (error.name === 'ValidationFailedError' && differences.length > 0)
    return ['Validation found differences:', ...differences].join('\n');
  if (error.name === 'InputError')
    return `The input cannot be used:\n${withOptionFields(error.message).replace(/^/gm, '  ')}`;
  if (error.name === 'LockHeldError') return `Nothing was done: ${error.message}`;
  if (error.name === 'InterruptedError') return `Stopped in ${error.step} by ${error.message}`;
  return `${error.name} in ${error.step}: ${error.message}`;
}
