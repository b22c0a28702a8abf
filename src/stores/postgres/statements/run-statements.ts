import { InputError, type Fault } from '../../../errors.js';
import { isPassing, isServerError, translated, type ServerError } from '../postgres-errors.js';
import type { Session } from '../session.js';
import { deferredFault, serverFault, statementFault } from './statement-fault.js';
import { StatementRequest } from './statement-request.js';
import { TimeOverError, watched, type Watch } from './watched-request.js';

/** Said of parameters that a statement asks for and nobody gives; and of a broken connection, by everybody else. */
const protocolViolation = '08P01';
const canceled = '57014';
const noLimit = 0;

const timeOver =
  'was not done when the time of the call was over: it was cancelled, and nothing was done. Make what it waits for end, ' +
  'run "carryover up" from the command line, where a call may take a day, or split it into several migrations';

/**
 * Runs the statements one after the other; how many rows they inserted, changed and deleted. Throws InputError for what is
 * their own fault, passing errors as they are.
 */
export async function runStatements(session: Session, watch: Watch, statements: readonly string[]): Promise<number> {
  let rows = 0;
  for (const [place, text] of statements.entries()) {
    try {
      rows += await run(session, watch, text);
    } catch (error) {
      if (error instanceof TimeOverError) throw mistake(statementFault(place, text, timeOver), error);
      throw isMistake(error) ? mistake(serverFault(place, text, error), error) : error;
    }
    if (session.client.getTransactionStatus() === 'T') continue;
    throw mistake(statementFault(place, text, 'ended the transaction: look at what was done of it'));
  }
  await runDeferred(session, watch);
  return rows;
}

/** What was deferred to the commit may fail, and may take long: not while the state entry is locked. */
async function runDeferred(session: Session, watch: Watch): Promise<void> {
  try {
    await run(session, watch, 'SET CONSTRAINTS ALL IMMEDIATE');
  } catch (error) {
    if (error instanceof TimeOverError) throw mistake({ field: 'what was deferred to the commit', message: timeOver });
    throw isMistake(error) ? mistake(deferredFault(error), error) : error;
  }
}

async function run(session: Session, watch: Watch, text: string): Promise<number> {
  const result = await watched(session, watch, () => {
    const request = new StatementRequest(text, 'run');
    session.client.query(request);
    return session.within(noLimit, request.done);
  });
  return result.rows;
}

/** Whether the server refused for what the statement is. A cancellation is not this store's: a person's, or a limit's of the statements. */
function isMistake(error: unknown): error is ServerError {
  if (!isServerError(error)) return false;
  return error.code === canceled || error.code === protocolViolation || !isPassing(translated(error, ''));
}

function mistake(fault: Fault, cause?: unknown): InputError {
  return Object.assign(new InputError([fault]), { cause });
}
