import { StoreUnavailableError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { rollover, type ExternalIndex } from '../../../src/migrations/rollover/rollover.js';
import type { Item } from '../../../src/stores/item.js';
import { readState } from '../../../src/versions/state-entry.js';
import { itemOf } from '../../engine/memory-stores.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { ordersDatabase, readByName, runner, sorted, twelve } from './rolled-orders.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** An index for searches: one for each physical table, of which one is searched. */
class SearchIndex implements ExternalIndex {
  readonly indexes = new Map<string, Map<string, Item>>([['orders', new Map()]]);
  searched = 'orders';
  readonly calls: string[] = [];
  /** Called before each call is done: throws to fail it. */
  before: (call: string) => Promise<void> | void = () => undefined;
  afterSwap: () => void = () => undefined;

  async create({ name }: { readonly name: string }): Promise<void> {
    await this.#called(`create ${name}`);
    if (!this.indexes.has(name)) this.indexes.set(name, new Map());
  }

  async index(items: readonly Item[], { name }: { readonly name: string }): Promise<void> {
    await this.#called(`index ${name}`);
    const index = this.indexes.get(name);
    if (index === undefined) throw new Error(`there is no index ${name}`);
    for (const item of items) index.set(JSON.stringify(item['id']), item);
  }

  async swap({ name }: { readonly name: string }): Promise<void> {
    await this.#called(`swap ${name}`);
    this.searched = name;
    this.afterSwap();
  }

  async remove({ name }: { readonly name: string }): Promise<void> {
    await this.#called(`remove ${name}`);
    this.indexes.delete(name);
  }

  itemsOf(name: string): Item[] {
    return sorted([...(this.indexes.get(name)?.values() ?? [])]);
  }

  /** The calls without repetitions in a row. */
  get order(): string[] {
    return this.calls.filter((call, at) => call !== this.calls[at - 1]);
  }

  async #called(call: string): Promise<void> {
    this.calls.push(call);
    await this.before(call);
  }
}

async function setUp() {
  const [database, index] = [await ordersDatabase(), new SearchIndex()];
  return { database, index, ...runner(database, ledger, { 1: rollover({ table: 'orders', index }) }) };
}

const whole = ['create orders_v1', 'index orders_v1', 'swap orders_v1', 'remove orders'];

describe('an index outside the stores', () => {
  test('holds what the new table holds, is swapped before the table is live, and the old one goes afterwards', async () => {
    const { database, index, up } = await setUp();
    const versions: Record<string, number | undefined> = {};
    index.before = async (call) => {
      versions[call] ??= (await readState(database.keyValues))?.version;
    };
    expect((await up()).run.exitCode).toBe(0);
    expect(index.order).toEqual(whole);
    expect(versions).toEqual({ 'create orders_v1': 0, 'index orders_v1': 0, 'swap orders_v1': 0, 'remove orders': 1 });
    expect([...index.indexes.keys()]).toEqual(['orders_v1']);
    expect({ searched: index.searched, items: index.itemsOf('orders_v1') }).toEqual({
      searched: 'orders_v1',
      items: sorted(twelve),
    });
  });

  test('gets what a transform made, and only what is in the table', async () => {
    const [database, index] = [await ordersDatabase(), new SearchIndex()];
    const transform = (item: Item): Item | undefined =>
      JSON.stringify(item['id']) === JSON.stringify(itemOf(3)['id']) ? undefined : { ...item, seen: { BOOL: true } };
    await runner(database, ledger, { 1: rollover({ table: 'orders', index, transform }) }).up();
    const { items } = await readByName(database);
    expect(items).toHaveLength(11);
    expect(index.itemsOf('orders_v1')).toEqual(items);
  });

  test.each(['create orders_v1', 'index orders_v1', 'swap orders_v1', 'remove orders'])(
    'is asked again when the answer of "%s" was lost, and ends complete',
    async (failing) => {
      const { database, index, up } = await setUp();
      let failures = 1;
      index.before = (call) => {
        if (call === failing && failures-- > 0) throw new StoreUnavailableError('no answer');
      };
      expect((await up()).run.exitCode).toBe(0);
      expect(index.order).toEqual(whole);
      expect(index.itemsOf('orders_v1')).toEqual((await readByName(database)).items);
    },
  );

  test('that cannot be swapped leaves version and table as they were, and the next run goes on', async () => {
    const { database, index, up } = await setUp();
    index.before = (call) => {
      if (call.startsWith('swap')) throw new TypeError('no alias');
    };
    expect((await up()).run).toMatchObject({ exitCode: 3, error: { step: 'complete' } });
    expect(await readState(database.keyValues)).toMatchObject({ version: 0, active: {} });
    index.before = () => undefined;
    expect((await up()).run.exitCode).toBe(0);
    expect((await readByName(database)).name).toBe(index.searched);
  });

  test('whose old one cannot be removed leaves the version new, and a clean-up removes it', async () => {
    const { database, index, up, cleanup } = await setUp();
    index.before = (call) => {
      if (call === 'remove orders') throw new TypeError('not mine');
    };
    expect((await up()).run).toMatchObject({ exitCode: 3, error: { name: 'CleanupFailedError' } });
    expect(await readState(database.keyValues)).toMatchObject({ version: 1, active: { orders: 'orders_v1' } });
    index.before = () => undefined;
    expect((await cleanup()).run.exitCode).toBe(0);
    expect([...index.indexes.keys()]).toEqual(['orders_v1']);
  });

  test('is made anew by a fresh start: the old one is searched meanwhile, and nothing of the unfinished one stays', async () => {
    const { database, index, up } = await setUp();
    index.afterSwap = () => {
      throw new TypeError('killed');
    };
    expect((await up()).run.exitCode).toBe(3);
    expect(index.searched).toBe('orders_v1');
    index.afterSwap = () => undefined;
    await database.remove?.('orders', [{ id: { S: 'item-3' } }]);
    index.calls.length = 0;
    const searched: Record<string, string> = {};
    index.before = (call) => void (searched[call] ??= index.searched);
    expect((await up({ fresh: true })).run.exitCode).toBe(0);
    expect(index.order).toEqual(['swap orders', 'remove orders_v1', ...whole]);
    expect(searched).toMatchObject({ 'create orders_v1': 'orders', 'index orders_v1': 'orders' });
    expect(index.itemsOf('orders_v1')).toEqual((await readByName(database)).items);
    expect(index.itemsOf('orders_v1')).toHaveLength(11);
  });
});
