import { number, text } from './attributes.js';
import { newWriteId } from './conditional-write.js';
import type { EntryKey, LedgerClient } from './ledger-client.js';
import type { Claim, UnitRecord } from './ledger.js';
import { failureOf } from './request-failures.js';
import { isoTime, unitRecord } from './unit-entry.js';

/**
 * Claims a unit that nobody of this run holds in one request, without reading it first; undefined: look at it. A lease
 * that is over is left to who looks: times in texts do not compare in an engine. So is a claim of one's own whose answer
 * was lost: the request that was given up may still arrive, and then meets a unit that is held, and moves nothing on.
 */
export async function claimAtOnce(
  client: LedgerClient,
  key: EntryKey,
  { token, owner, until }: Claim,
): Promise<UnitRecord | undefined> {
  const now = isoTime(client.clock.now());
  const attributes = ['sequence', 'token', 'done', 'leaseOwner', 'leaseUntil', 'startedAt', 'updatedAt', 'write'];
  try {
    const claimed = await client.update(key, {
      UpdateExpression:
        'SET #sequence = #sequence + :one, #token = :token, #leaseOwner = :owner, #leaseUntil = :until, ' +
        '#startedAt = if_not_exists(#startedAt, :now), #updatedAt = :now, #write = :write',
      ConditionExpression:
        '#done = :false AND (#token < :token OR (#token = :token AND attribute_not_exists(#leaseOwner)))',
      ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ':one': number(1),
        ':token': number(token),
        ':owner': text(owner),
        ':until': text(isoTime(Math.floor(until))),
        ':now': text(now),
        ':write': text(newWriteId()),
        ':false': { BOOL: false },
      },
      ReturnValues: 'ALL_NEW',
    });
    return unitRecord(claimed);
  } catch (error) {
    if (failureOf(error) === 'condition') return undefined;
    throw error;
  }
}
