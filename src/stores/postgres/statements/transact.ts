import { StoreUnavailableError } from '../../../errors.js';
import type { Transacted, TransactOptions } from '../../sql-statements.js';
import { fencedTransaction } from '../fenced-transaction.js';
import { isServerError } from '../postgres-errors.js';
import type { Session } from '../session.js';
import { MarkerRow } from './marker-row.js';
import { runStatements } from './run-statements.js';
import { TimeOverError, watched, type Watch } from './watched-request.js';

/**
 * What statements may have set, and what the look at the state entry depends on: the user, whose rights it takes, and the
 * form of its value.
 */
const resets = ['RESET SESSION AUTHORIZATION', 'RESET ROLE', "SET LOCAL bytea_output = 'hex'"];

/** `cancel` is told which process of the server it is. */
export type TransactionWatch = Omit<Watch, 'cancel'> & { cancel(processId: string): Promise<void> };

/** One try at the transaction. Throws the server's own error only where it is about the marker or the fence. */
export async function transactOnce(
  session: Session,
  schema: string,
  statements: readonly string[],
  { marker, fence }: TransactOptions,
  given: TransactionWatch,
): Promise<Transacted> {
  const row = new MarkerRow(schema, marker);
  try {
    const watch = await prepare(session, given);
    return await fencedTransaction(session, schema, fence, async () => {
      const there = await watched(session, watch, () => row.take(session));
      if (there !== undefined) return { applied: false, marker: there };
      const rows = await runStatements(session, watch, statements);
      for (const reset of resets) await session.query(reset);
      return { applied: true, marker: await row.complete(session, rows) };
    });
  } catch (error) {
    if (!(error instanceof TimeOverError)) throw error;
    throw new StoreUnavailableError('another transaction with the same statements did not end in time');
  } finally {
    // Statements may have set anything, made temporary tables and taken locks of the session.
    session.breakOff(new Error('statements were run in this session'));
  }
}

async function prepare(session: Session, watch: TransactionWatch): Promise<Watch> {
  try {
    // A statement whose client was killed must not go on for hours. From PostgreSQL 14 on, and not on every system.
    await session.query("SELECT set_config('client_connection_check_interval', '5s', false)");
  } catch (error) {
    if (!isServerError(error) || !/^(42704|22023)$/.test(error.code)) throw error;
  }
  const [[processId] = []] = await session.query('SELECT pg_backend_pid()');
  return { ...watch, cancel: () => watch.cancel(processId ?? '') };
}
