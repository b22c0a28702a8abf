import { shortened } from '../../shortened-text.js';

/** A run's error, as it is recorded. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly step: string;
}

/** Errors whose messages name stores, tables, runs and fields of the input, and nothing of the data. */
const harmless = new Set([
  ...['InputError', 'LockHeldError', 'LeaseLostError', 'LateWriterError', 'DatabaseMovedError', 'TableNotFoundError'],
  ...['StoreFullError', 'CleanupFailedError'],
  ...['InterruptedError', 'ExecutionStopped', 'ExecutionTimedOut'],
]);
/** Of these that is true of the first line, which counts; the others name keys. */
const harmlessFirstLine = new Set(['UnitsFailedError', 'ItemsQuarantinedError']);
/** Of these it is true in the steps that handle no items: a request that wrote some may name their keys. */
const harmlessBeforeItems = new Set(['StoreUnavailableError', 'ThrottledError']);
const stepsBeforeItems = new Set(['begin', 'setup', 'expect']);
/** What Step Functions and Lambda say themselves: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const ofPlatform = /^(States|Lambda|Sandbox)\./;

/** Characters of a message that an event tells. */
const mostCharacters = 1_000;

/**
 * An error as an event may tell it: a bus hands it to mailboxes and chats, where no key and no value of an item belongs. What may
 * hold one is left to the ledger, which `command` shows.
 */
export function toldError({ name, message, step }: RecordedError, command: string): RecordedError {
  return { name, message: shortened(messageOf({ name, message, step }, command), mostCharacters), step };
}

function messageOf({ name, message, step }: RecordedError, command: string): string {
  if (harmless.has(name) || ofPlatform.test(name)) return message;
  if (harmlessBeforeItems.has(name) && stepsBeforeItems.has(step)) return message;
  if (harmlessFirstLine.has(name)) return message.split('\n', 1)[0] ?? '';
  return `the message may hold something of the data: "${command}" shows it`;
}
