import type { Json } from '../json.js';
import type { KeyColumn, TableOrigin } from './store.js';

/**
 * The origin of a table of items that has this key, for descriptions that no engine gave: every driver makes a table of
 * it. Of DynamoDB's own form, so that such a table in DynamoDB is as any other there; what the table had beside its key
 * and indexes (encryption, capacity, tags, time to live) stays, where it came from DynamoDB. DynamoDB has no key of more
 * than two columns: its driver has a form for those of other engines.
 */
export function rekeyedOrigin({ engine, metadata }: TableOrigin, key: readonly KeyColumn[]): TableOrigin {
  if (key.length > 2) return { engine: 'memory', metadata: null };
  const kept =
    engine === 'dynamodb' && isRecord(metadata) ? withoutIndexes(metadata) : { BillingMode: 'PAY_PER_REQUEST' };
  const rekeyed = {
    ...kept,
    AttributeDefinitions: key.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
    KeySchema: key.map(({ name }, place) => ({ AttributeName: name, KeyType: place === 0 ? 'HASH' : 'RANGE' })),
  };
  return { engine: 'dynamodb', metadata: rekeyed };
}

/** An index is made of attributes that items of another key may not have, or have with another type. */
function withoutIndexes(metadata: { readonly [name: string]: Json }): { readonly [name: string]: Json } {
  const { LocalSecondaryIndexes: _local, GlobalSecondaryIndexes: _global, ...kept } = metadata;
  return kept;
}

function isRecord(json: Json): json is { readonly [name: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
