import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ThrottledError } from '../../errors.js';
import type { Item, ItemKey } from '../item.js';
import { addUsage, noUsage, type Usage } from '../store.js';
import { keyIdentity } from './key-identity.js';
import type { Call, Requests } from './requests.js';
import { emptyAnswer, retryRules } from './retry-rules.js';
import type { TableForm } from './table-form.js';

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
  const wanted = [...new Map(stored.map((key, at) => [identities[at], key])).values()];
  const found = new Map<string, Item>();
  let usage = noUsage;
  const batches = Array.from({ length: Math.ceil(wanted.length / batchKeys) }, (_, at) =>
    wanted.slice(at * batchKeys, (at + 1) * batchKeys),
  );
  const work = batches.values();
  const lane = async (): Promise<void> => {
    for (const batch of work) {
      const answer = await getBatch(dependencies, batch);
      for (const item of answer.items) found.set(keyIdentity(table, item, form.storedKey), form.restore(item));
      usage = addUsage(usage, answer.usage);
    }
  };
  await Promise.all(Array.from({ length: batchesInFlight }, lane));
  return { items: identities.map((identity) => found.get(identity)), usage };
}

async function getBatch(
  { client, requests, table, physical }: GetDependencies,
  keys: readonly ItemKey[],
): Promise<{ items: Item[]; usage: Usage }> {
  const items: Item[] = [];
  let usage = noUsage;
  const call: Call = {
    operation: 'BatchGetItem',
    table,
    beforeSend: () => (usage = addUsage(usage, { ...noUsage, requests: 1 })),
  };
  let left: readonly ItemKey[] = keys;
  for (let attempt = 1; left.length > 0; attempt += 1) {
    const command = new BatchGetItemCommand({
      RequestItems: { [physical]: { Keys: left as Record<string, never>[], ConsistentRead: true } },
      ReturnConsumedCapacity: 'TOTAL',
    });
    const answer = await requests.send(call, async (abortSignal) => {
      const got = await client.send(command, { abortSignal });
      if (got.Responses === undefined) throw emptyAnswer();
      return got;
    });
    items.push(...((answer.Responses?.[physical] ?? []) as Item[]));
    const readUnits = (answer.ConsumedCapacity ?? []).reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    usage = addUsage(usage, { ...noUsage, readUnits });
    const unprocessed = (answer.UnprocessedKeys?.[physical]?.Keys ?? []) as ItemKey[];
    if (unprocessed.length === 0) break;
    if (unprocessed.length < left.length) attempt = 1;
    const rule = retryRules.throttled;
    if (rule === undefined || attempt >= rule.attempts) {
      throw new ThrottledError(`table "${table}" is throttled: ${unprocessed.length} keys were not looked up`);
    }
    left = unprocessed;
    await requests.pause(rule, attempt);
  }
  return { items, usage };
}
