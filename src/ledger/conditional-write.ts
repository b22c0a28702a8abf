import { randomUUID } from 'node:crypto';
import { number, text } from './attributes.js';
import { type Attributes, type EntryKey, type LedgerClient } from './ledger-client.js';
import { failureOf } from './request-failures.js';

/**
 * Every conditional write carries an id of its own in the attribute `write`. A write whose answer was lost may be in the
 * table: sent again it would fail on its own condition, and given up it would be counted again by the next call. So
 * when a condition fails, the entry is read, and if it has this write's id, the write was its own and went through. If
 * it has not, another write came after or instead, and whoever wrote must stop either way.
 */
export function newWriteId(): string {
  return randomUUID();
}

export type Outcome = { readonly written: true } | { readonly written: false; readonly stored: Attributes | undefined };

/** Runs `send`, which writes `writeId` under a condition, and says whether it is written; if not, what is there instead. */
export async function writeConditionally(
  client: LedgerClient,
  key: EntryKey,
  writeId: string,
  send: () => Promise<unknown>,
): Promise<Outcome> {
  try {
    await send();
    return { written: true };
  } catch (error) {
    if (failureOf(error) !== 'condition') throw error;
  }
  const stored = await client.get(key);
  return stored?.['write']?.S === writeId ? { written: true } : { written: false, stored };
}

/**
 * Replaces the entry by `attributes` if it is still the one that `stored` was read from (undefined: if there is none),
 * and moves its sequence number on by one, so that a request which arrives late, after its successor, changes nothing.
 */
export async function replaceEntry(
  client: LedgerClient,
  key: EntryKey,
  stored: Attributes | undefined,
  attributes: Attributes,
): Promise<Outcome> {
  const writeId = newWriteId();
  const sequence = Number(stored?.['sequence']?.N ?? 0);
  const Item = {
    partition: text(key.partition),
    entry: text(key.entry),
    ...attributes,
    sequence: number(sequence + 1),
    write: text(writeId),
  };
  const condition =
    stored === undefined
      ? { ConditionExpression: 'attribute_not_exists(#name)', ExpressionAttributeNames: { '#name': 'partition' } }
      : {
          ConditionExpression: '#name = :sequence',
          ExpressionAttributeNames: { '#name': 'sequence' },
          ExpressionAttributeValues: { ':sequence': number(sequence) },
        };
  return writeConditionally(client, key, writeId, () => client.put({ Item, ...condition }));
}
