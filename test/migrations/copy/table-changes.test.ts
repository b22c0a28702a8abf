import { changedDescription, lossOf, type TableChange } from '../../../src/migrations/copy/table-changes.js';
import type { TableDescription } from '../../../src/stores/store.js';

const indexed: TableDescription = {
  name: 'orders',
  identity: 'x',
  key: [{ name: 'id', type: 'S' }],
  ttlAttribute: 'expires',
  origin: {
    engine: 'dynamodb',
    metadata: {
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'city', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-city',
          KeySchema: [{ AttributeName: 'city', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      Tags: [{ Key: 'team', Value: 'shop' }],
    },
  },
};
const relational: TableDescription = { ...indexed, origin: { engine: 'postgres', metadata: { columns: [] } } };
const transform: TableChange['transform'] = (item) => item;
const key = [
  { name: 'city', type: 'S' },
  { name: 'id', type: 'S' },
] as const;

describe('a table that is carried with a change', () => {
  test.each([
    ['of its name', indexed, { as: 'sales' }, { ...indexed, name: 'sales' }],
    ['of its name, of PostgreSQL', relational, { as: 'sales' }, { ...relational, name: 'sales' }],
    ['of its items, of DynamoDB', indexed, { transform }, indexed],
    ['to the key that it has', indexed, { key: indexed.key }, indexed],
  ])('%s stays what else it was, and loses nothing', (_, description, change, expected) => {
    expect(changedDescription(description, change)).toEqual(expected);
    expect(lossOf(description, change, changedDescription(description, change))).toBeUndefined();
  });

  test('of its key keeps what does not depend on the key, and says that its indexes are lost', () => {
    const changed = changedDescription(indexed, { key });
    expect(changed).toEqual({
      ...indexed,
      key,
      origin: {
        engine: 'dynamodb',
        metadata: {
          AttributeDefinitions: [
            { AttributeName: 'city', AttributeType: 'S' },
            { AttributeName: 'id', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'city', KeyType: 'HASH' },
            { AttributeName: 'id', KeyType: 'RANGE' },
          ],
          BillingMode: 'PAY_PER_REQUEST',
          Tags: [{ Key: 'team', Value: 'shop' }],
        },
      },
    });
    expect(lossOf(indexed, { key }, changed)).toMatch(/secondary indexes are not carried/);
  });

  test('of its items, of PostgreSQL, is a table of items, and says so', () => {
    const changed = changedDescription(relational, { transform });
    expect(changed.origin).toMatchObject({ engine: 'dynamodb', metadata: { BillingMode: 'PAY_PER_REQUEST' } });
    expect(lossOf(relational, { transform }, changed)).toMatch(/made as a table of items/);
  });

  test('to a key of three columns, which DynamoDB does not have, is described as no engine did', () =>
    expect(changedDescription(indexed, { key: [...key, { name: 'day', type: 'N' }] }).origin).toEqual({
      engine: 'memory',
      metadata: null,
    }));
});
