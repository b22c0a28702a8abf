import { StoreUnavailableError } from '../../src/errors.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import { faulty, faultPlan } from './faults.js';
import { storeConformance } from './store-conformance.js';
import { collect, created, description, itemsOf, numbered } from './store-conformance/subject.js';

const key = Buffer.from('k');

// A plan that never fires changes nothing.
storeConformance({
  name: 'memory behind faults',
  open: () => {
    const store = faulty(openMemoryStore(), faultPlan(0, 'error'));
    return Promise.resolve({ store, close: () => store.close() });
  },
});

/** One call of each kind; what it did is seen in `store`. */
async function work(store: Store): Promise<void> {
  await store.create(description());
  await store.keyValues.set(key, key, key);
  const writer = store.writer('orders', { unit: 0, position: 0 });
  await writer.write(numbered(0, 5));
  if (writer.full) await writer.flush();
  for (const segment of await store.split('orders', 1)) await collect(store.read(segment, undefined, { pageItems: 3 }));
  await collect(store.keyValues.scan(key));
}

const calls = [
  'MemoryStore.create',
  'keyValues.set',
  'writer.write',
  'writer.flush',
  'MemoryStore.split',
  'MemoryStore.read.next',
  'MemoryStore.read.next',
  'MemoryStore.read.next',
  'keyValues.scan.next',
  'keyValues.scan.next',
];

test('counts the calls of a store, its key-value store, its writers and its pages', async () => {
  const plan = faultPlan(0, 'error');
  await work(faulty(openMemoryStore(), plan));
  expect(plan).toEqual({ at: 0, kind: 'error', count: calls.length, fired: false, log: calls });
});

test.each(calls.map((name, at) => ({ name, at: at + 1 })))('fails at call $at, $name, once', async ({ at }) => {
  for (const kind of ['error', 'lost'] as const) {
    const plan = faultPlan(at, kind);
    const store = faulty(openMemoryStore(), plan);
    await expect(work(store)).rejects.toThrow(StoreUnavailableError);
    expect(plan).toMatchObject({ count: at, fired: true, log: calls.slice(0, at) });
    await work(store);
    expect(await itemsOf(store)).toHaveLength(5);
  }
});

test('an error is before the call, a lost answer after it', async () => {
  const store = openMemoryStore();
  await expect(created(faulty(store, faultPlan(1, 'error')), description())).rejects.toThrow(StoreUnavailableError);
  expect(await collect(store.tables())).toEqual([]);
  await expect(created(faulty(store, faultPlan(1, 'lost')), description())).rejects.toThrow(StoreUnavailableError);
  expect(await collect(store.tables())).toEqual(['orders']);
});

test('a call that never returns does nothing, and others go on', async () => {
  const store = faulty(openMemoryStore(), faultPlan(2, 'never'));
  await created(store, description());
  let returned = false;
  void store.drop('orders').then(() => (returned = true));
  expect(await collect(store.tables())).toEqual(['orders']);
  expect(returned).toBe(false);
});

test('a reader that fails lets go of what it reads', async () => {
  let ended = 0;
  async function* endless(): AsyncGenerator<number> {
    try {
      for (let at = 0; ; at += 1) yield at;
    } finally {
      ended += 1;
    }
  }
  await expect(collect(faulty({ scan: endless }, faultPlan(3, 'error')).scan())).rejects.toThrow(StoreUnavailableError);
  expect(ended).toBe(1);
});

test('what is closed is closed, whatever fails', async () => {
  const plan = faultPlan(1, 'error');
  const store = faulty(openMemoryStore(), plan);
  await store.close();
  expect(plan.count).toBe(0);
});
