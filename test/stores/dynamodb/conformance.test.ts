import { randomUUID } from 'node:crypto';
import { openDynamodbStore } from '../../../src/stores/dynamodb/dynamodb-store.js';
import type { Store } from '../../../src/stores/store.js';
import { type TestDynamodb, testDynamodb } from '../../support/dynamodb.js';
import { storeConformance } from '../../support/store-conformance.js';

let engine: TestDynamodb;

beforeAll(async () => {
  engine = await testDynamodb();
});
afterAll(() => engine.stop());

storeConformance({
  name: 'dynamodb',
  open() {
    const prefix = `t${randomUUID().slice(0, 8)}-`;
    const location = `dynamodb://eu-west-1/${prefix}`;
    const stores: Store[] = [];
    const reopen = (): Promise<Store> => {
      const options = { region: 'eu-west-1', endpoint: engine.endpoint, prefix, location, requestTimeoutMs: 10_000 };
      const store = openDynamodbStore(options);
      stores.push(store);
      return Promise.resolve(store);
    };
    const close = async (): Promise<void> => {
      for (const store of stores) await store.close();
    };
    return reopen().then((store) => ({ store, reopen, close }));
  },
});
