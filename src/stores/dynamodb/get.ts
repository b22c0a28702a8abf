import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ThrottledError } from '../../errors.js';
import type { Item, ItemKey } from '../item.js';
import { addUsage, noUsage, type Usage } from '../store.js';
import { decodeItem, itemToText } from './item-json.js';
import { keyIdentity } from './key-identity.js';
import type { Call, Requests } from './requests.js';
import { emptyAnswer, retryRules } from './retry-rules.js';
import type { TableForm } from './table-form.js';
import { sendWire, unitsOf, type WireAnswer } from './wire.js';

/** Most keys in a BatchGetItem. Its answer ends at 16 MB: the other keys come back as unprocessed. */
const batchKeys = 100;
const batchesInFlight = 4;

export interface GetDependencies {
  readonly client: DynamoDBClient;
  readonly requests: Requests;
  readonly table: string;
  readonly physical: string;
  readonly form: TableForm;
}

/** The items of these logical keys, in their order, by consistent reads; undefined where there is none. */
export async function getItems(
  dependencies: GetDependencies,
  keys: readonly ItemKey[],
): Promise<{ items: (Item | undefined)[]; usage: Usage }> {
  const { table, form } = dependencies;
  const stored = keys.map((key) => form.store(key));
  const identities = stored.map((key) => keyIdentity(table, key, form.storedKey));
  // BatchGetItem refuses a key that is named twice.
  const wanted = [...new Map(stored.map((key, at) => [identities[at], itemToText(key)])).values()];
  const batches = Array.from({ length: Math.ceil(wanted.length / batchKeys) }, (_, at) =>
    wanted.slice(at * batchKeys, (at + 1) * batchKeys),
  ).values();
  const found = new Map<string, Item>();
  let usage = noUsage;
  const lane = async (): Promise<void> => {
    for (const batch of batches) {
      const answer = await getBatch(dependencies, batch);
      for (const item of answer.items) found.set(keyIdentity(table, item, form.storedKey), form.restore(item));
      usage = addUsage(usage, answer.usage);
    }
  };
  await Promise.all(Array.from({ length: batchesInFlight }, lane));
  return { items: identities.map((identity) => found.get(identity)), usage };
}

/** The stored items of up to 100 keys, given as JSON; what comes back as unprocessed is asked for again. */
export async function getBatch(
  dependencies: Omit<GetDependencies, 'form'>,
  keys: readonly string[],
): Promise<{ items: Item[]; usage: Usage }> {
  const { requests, table, physical } = dependencies;
  const items: Item[] = [];
  let usage = noUsage;
  let left = keys;
  for (let attempt = 1; left.length > 0; attempt += 1) {
    const { answer, sent } = await getOnce(dependencies, left);
    items.push(...(answer.Responses?.[physical] ?? []).map((wire) => decodeItem(wire).item));
    usage = addUsage(usage, { requests: sent, readUnits: unitsOf(answer), writeUnits: 0 });
    const unprocessed = answer.UnprocessedKeys?.[physical]?.Keys ?? [];
    if (unprocessed.length === 0) break;
    requests.unprocessed();
    if (unprocessed.length < left.length) attempt = 1;
    const rule = retryRules.throttled;
    if (attempt >= rule.attempts) {
      throw new ThrottledError(`table "${table}" is throttled: ${unprocessed.length} keys were not looked up`);
    }
    left = unprocessed.map((key) => JSON.stringify(key));
    await requests.pause(rule, attempt);
  }
  return { items, usage };
}

async function getOnce(
  { client, requests, table, physical }: Omit<GetDependencies, 'form'>,
  keys: readonly string[],
): Promise<{ answer: WireAnswer; sent: number }> {
  const body = `{"RequestItems":{"${physical}":{"ConsistentRead":true,"Keys":[${keys.join(',')}]}},"ReturnConsumedCapacity":"TOTAL"}`;
  let sent = 0;
  const call: Call = { operation: 'BatchGetItem', table, beforeSend: () => (sent += 1) };
  const answer = await requests.send(call, async (abortSignal) => {
    const command = new BatchGetItemCommand({ RequestItems: { [physical]: { Keys: [] } } });
    const got = await sendWire(client, command, body, abortSignal);
    if (got.Responses === undefined) throw emptyAnswer();
    return got;
  });
  return { answer, sent };
}
