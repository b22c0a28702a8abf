import { escapeIdentifier } from 'pg';
import { LeaseLostError } from '../../errors.js';
import { toStoredForm } from '../../kv/stored-form.js';
import type { Fence } from '../store.js';
import type { Session } from './session.js';

/** The table of the key-value store, in the same schema. */
export const keyValueTable = 'carryover';

/**
 * Works in one transaction and commits it only if the state entry still has the fence's token: the entry is locked
 * against change from this look until the commit, so that no new owner can come in between. The lock is taken last and
 * held for one round trip, so that the owner's own renewals do not wait for the data.
 * Throws LeaseLostError, with nothing written, when the token is another one or the entry is gone.
 */
export async function fencedTransaction<T>(
  session: Session,
  schema: string,
  fence: Fence | undefined,
  work: () => Promise<T>,
): Promise<T> {
  fence?.assertMaySend();
  await session.query('BEGIN');
  try {
    const result = await work();
    if (fence?.elsewhere === true) fence.assertMaySend();
    else if (fence !== undefined) await assertCurrent(session, schema, fence);
    await session.commit();
    return result;
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

async function assertCurrent(session: Session, schema: string, fence: Fence): Promise<void> {
  fence.assertMaySend();
  const sql = `SELECT value FROM ${escapeIdentifier(schema)}.${escapeIdentifier(keyValueTable)}
    WHERE partition = $1 AND key = $2 FOR SHARE`;
  const [row] = await session.query(sql, [bytea(fence.partition), bytea(fence.key)]);
  const stored = row?.[0];
  const token =
    typeof stored === 'string' ? fence.tokenOf(new Uint8Array(Buffer.from(stored.slice(2), 'hex'))) : undefined;
  if (token === fence.token) return;
  const found = token === undefined ? 'the state entry is gone' : `the state entry has the token ${token}`;
  throw new LeaseLostError(`${found}, not ${fence.token}: another run owns the target, nothing was written`);
}

function bytea(given: Uint8Array): Buffer {
  const stored = toStoredForm(given);
  return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
}

async function rollBack(session: Session): Promise<void> {
  try {
    await session.query('ROLLBACK');
  } catch (error) {
    session.breakOff(error as Error);
  }
}
