import { exitCodes } from '../engine/status/exit-codes.js';
import { CommanderError } from 'commander';
import { CarryoverError, InputError, LockHeldError } from '../errors.js';
import { asOptions } from './option-fields.js';

/** What a user is told of an error, and the exit code: no stack trace for a user's mistake. */
export function explain(error: unknown): { message: string; exitCode: number } {
  if (error instanceof InputError) {
    const faults = asOptions(error.faults).map(({ field, message }) => `  ${field}: ${message}`);
    return { message: ['The input cannot be used:', ...faults].join('\n'), exitCode: exitCodes.badInput };
  }
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError)
    return { message: '', exitCode: error.exitCode === 0 ? exitCodes.done : exitCodes.badInput };
  if (error instanceof LockHeldError)
    return { message: `Nothing was done: ${error.message}`, exitCode: exitCodes.locked };
  if (error instanceof CarryoverError)
    return { message: `${error.name}: ${error.message}`, exitCode: exitCodes.failed };
  // What nobody foresaw is a fault of ours, and its stack tells where.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `Unexpected error, please report it:\n${text}`, exitCode: exitCodes.failed };
}
