import { InputError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { copyTables, type CopyTablesOptions } from '../../../src/migrations/copy/copy-tables.js';
import type { StoreUse } from '../../../src/migrations/definition.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { withDefaults } from '../../../src/settings.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { filled, itemsOf, tableNames } from '../../engine/memory-stores.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { carry, registryOf } from './carry.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

function faultsOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.faults.map(({ field, message }) => `${field}: ${message}`);
  }
}

describe('the options of copyTables', () => {
  test('are checked when it is called, all together', () => {
    const given = {
      tables: [],
      onExisting: 'drop',
      quarantine: -1,
      changes: { orders: { as: '', key: [{ name: 'id', type: 'X' }], transform: 'no', rename: 'x' } },
    } as unknown as CopyTablesOptions;
    const fields = faultsOf(() => copyTables(given)).map((fault) => fault.slice(0, fault.indexOf(': ')));
    expect(fields.sort()).toEqual([
      'changes.orders.as',
      'changes.orders.key[0].type',
      'changes.orders.rename',
      'changes.orders.transform',
      'from',
      'onExisting',
      'quarantine',
      'tables',
    ]);
  });

  test.each([
    [{ replace: ['orders'] }, /^replace: drops tables only with onExisting/],
    [
      {
        changes: {
          orders: {
            key: [
              { name: 'id', type: 'S' },
              { name: 'id', type: 'N' },
            ],
          },
        },
      },
      /^changes\.orders\.key: names "id" twice/,
    ],
  ] as const)('must agree with each other: %j', (more, fault) =>
    expect(faultsOf(() => copyTables({ from: 'source', ...more }))).toEqual([expect.stringMatching(fault)]),
  );

  test('make a definition that names its stores, its flag and how it is gone on with', () =>
    expect(copyTables({ from: 'a', to: 'b', when: 'ready', onRerun: 'restart' })).toMatchObject({
      ...{ kind: 'copy-tables', stores: ['a', 'b'], when: 'ready', onRerun: 'restart' },
    }));
});

describe('what the options mean in a project', () => {
  const refusalOf = async (options: Partial<CopyTablesOptions>): Promise<string> => {
    const source = await filled(1, ['orders', 'lines']);
    const target = openMemoryStore();
    const { run } = await carry({ source, target, ledger }, options);
    expect(run).toMatchObject({ exitCode: 2 });
    expect(await tableNames(target)).toEqual([]);
    return run.error?.message ?? '';
  };

  test('is refused with the file and the option: a pattern, a change and a replacement of no table', async () => {
    const message = await refusalOf({
      tables: ['order'],
      exclude: ['lines'],
      changes: { customers: { as: 'people' } },
      onExisting: 'replace',
      replace: ['customers'],
    });
    expect(message).toMatch(/^0001_carry, tables: "order" matches no table/m);
    expect(message).toMatch(/^0001_carry, changes\.customers: is not among the tables/m);
    expect(message).toMatch(/^0001_carry, replace: "customers" is not among/m);
  });

  test('is refused where two tables would become one', async () =>
    expect(await refusalOf({ changes: { orders: { as: 'all' }, lines: { as: 'all' } } })).toMatch(
      /^0001_carry, changes: tables "lines" and "orders" would both become "all"/,
    ));

  test('is refused for a table that is there, by its name in the target', async () => {
    const stores = { source: await filled(1), target: await filled(1, ['sales']), ledger };
    const { run } = await carry(stores, { changes: { orders: { as: 'sales' } } });
    expect(run.error?.message).toMatch(/^0001_carry, onExisting: table "sales" is in memory: already/);
  });

  test('is refused for stores that are declared for another use, or not at all', async () => {
    const uses: Record<string, StoreUse> = { source: { role: 'target' }, target: { role: 'source' }, other: {} };
    const stores: Record<string, ReturnType<typeof openMemoryStore>> = {
      source: await filled(1),
      target: openMemoryStore(),
      other: await filled(1),
    };
    const stage = {
      ...{ version: 1, name: '0001_carry', database: 'target', settings: withDefaults(), earlier: [] },
      declared: (name: string) => uses[name],
      openStore: (name: string) => {
        const store = stores[name];
        if (store === undefined) throw new InputError([{ field: 'stores', message: `"${name}" is not a store` }]);
        return Promise.resolve(store);
      },
      openKeyValueStore: () => Promise.reject(new Error('not asked for')),
    };
    const forecast = async (options: CopyTablesOptions) => {
      const migration = await copyTables(options).open(stage);
      const { faults } = await migration.forecast({ home: stores['target']!, settings: withDefaults(), attempts: [] });
      return faults.map(({ field, message }) => `${field}: ${message}`);
    };
    expect(await forecast({ from: 'source' })).toEqual([
      '0001_carry, from: "source" is declared with the role "target": nothing is read from it',
      '0001_carry, to: "target" is declared with the role "source": it is never written to',
    ]);
    const again = { onExisting: 'replace', replace: ['orders'], onRerun: 'restart' } as const;
    expect(await forecast({ from: 'target', to: 'other', tables: ['*'], ...again })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^0001_carry, onExisting: .* does not allow: give it allowReplace: true$/),
        expect.stringMatching(/^0001_carry, onRerun: .* does not allow: give it allowReplace: true$/),
      ]),
    );
    await expect(forecast({ from: 'nowhere', to: 'elsewhere' })).rejects.toThrow(
      '0001_carry, from: "nowhere" is not a store\n0001_carry, to: "elsewhere" is not a store',
    );
  });
});

describe('tables that are carried within one store', () => {
  const within = async (options: Partial<CopyTablesOptions>) => {
    const target = await filled(5, ['orders', 'lines']);
    await changeState(target.keyValues, (state) => ({ ...state, baseline: 0 }));
    const registry = registryOf({ from: 'target', ...options });
    const all = { stores: { target }, ledger, project: { database: 'target' }, registry };
    return { target, run: (await runExecution(all, { up: {} })).run };
  };

  test('get names that are free', async () => {
    const { target, run } = await within({ tables: ['orders'], changes: { orders: { as: 'orders-2' } } });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await itemsOf(target, 'orders-2')).toEqual(await itemsOf(target, 'orders'));
  });

  test.each([
    ['one keeps its name', { changes: { orders: { as: 'orders-2' } } }, 'lines'],
    ['one gets a name that is taken', { tables: ['orders'], changes: { orders: { as: 'lines' } } }, 'lines'],
    [
      'one gets a name that is taken and may be replaced',
      { tables: ['orders'], changes: { orders: { as: 'lines' } }, onExisting: 'replace', replace: ['lines'] },
      'lines',
    ],
  ] as const)('are refused where %s', async (_, options, table) => {
    const { target, run } = await within(options as Partial<CopyTablesOptions>);
    expect(run.error?.message).toMatch(`0001_carry, changes: table "${table}" is in memory: already`);
    expect(await tableNames(target)).toEqual(['lines', 'orders']);
    expect(await itemsOf(target, 'lines')).toHaveLength(5);
  });
});
