import { number, text } from './attributes.js';
import { newWriteId, writeConditionally, type Outcome } from './conditional-write.js';
import type { Attributes, LedgerClient } from './ledger-client.js';
import type { UnitRecord } from './ledger.js';
import { changingAttributes, unitKey } from './unit-entry.js';

/** What must hold beside the sequence number. */
export interface Guard {
  readonly token: number;
  readonly owner: string;
}

/**
 * Writes what a claim or a checkpoint changed from `from` to `to`, if the entry still has the sequence number of `from`
 * (and, with a guard, its token and owner). The plan is left alone, and so is the digest, which is large, unless a new
 * one comes along. The amounts are written as totals: the sequence number says that nobody added to them in between.
 */
export async function moveUnit(
  client: LedgerClient,
  from: UnitRecord,
  to: UnitRecord,
  { guard, digest }: { guard?: Guard; digest?: Uint8Array | undefined } = {},
): Promise<Outcome> {
  const writeId = newWriteId();
  const changing: Record<string, Attributes[string] | undefined> = {
    ...changingAttributes(to),
    write: text(writeId),
    ...(digest === undefined ? {} : { digest: { B: digest } }),
  };
  const key = unitKey(from.scope, from.unit);
  return writeConditionally(client, key, writeId, () =>
    client.update(key, {
      UpdateExpression: updateExpression(changing),
      ConditionExpression:
        '#sequence = :sequence' + (guard === undefined ? '' : ' AND #token = :token AND #leaseOwner = :owner'),
      ExpressionAttributeNames: Object.fromEntries(Object.keys(changing).map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...newValues(changing),
        ':sequence': number(from.sequence),
        ...(guard === undefined ? {} : { ':token': number(guard.token), ':owner': text(guard.owner) }),
      },
    }),
  );
}

function updateExpression(changing: Readonly<Record<string, Attributes[string] | undefined>>): string {
  const assigned = Object.keys(changing).filter((name) => changing[name] !== undefined);
  const removed = Object.keys(changing).filter((name) => changing[name] === undefined);
  const set = `SET ${assigned.map((name) => `#${name} = :new_${name}`).join(', ')}`;
  return removed.length === 0 ? set : `${set} REMOVE ${removed.map((name) => `#${name}`).join(', ')}`;
}

function newValues(changing: Readonly<Record<string, Attributes[string] | undefined>>): Attributes {
  const assigned = Object.entries(changing).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(assigned.map(([name, value]) => [`:new_${name}`, value]));
}
