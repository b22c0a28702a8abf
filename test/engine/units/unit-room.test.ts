import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { runCopy, withTestLedgers } from '../../support/copy-run.js';
import { filled, tableNames } from '../memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** From now on says that its tables hold so many items; what it is asked to split them into is in `parts`, table by table. */
function sized(store: Store, itemsOf: (table: string) => number): Map<string, number[]> {
  const parts = new Map<string, number[]>();
  const [describe, split] = [store.describe.bind(store), store.split.bind(store)];
  store.describe = async (table) => ({ ...(await describe(table)), items: itemsOf(table), sizeBytes: 0 });
  store.split = (table, into) => {
    parts.set(table, [...(parts.get(table) ?? []), into]);
    return split(table, into);
  };
  return parts;
}

const names = Array.from({ length: 12 }, (_, index) => `table-${String(index).padStart(2, '0')}`);
const eachInto = (...parts: number[]) => Object.fromEntries(names.map((name) => [name, parts]));

describe('the units of validation', () => {
  test.each([
    { side: 'a target that was just filled', source: 10_000_000, target: 0, parts: 50 },
    { side: 'a target that was counted while it was filled', source: 10_000_000, target: 700_000, parts: 50 },
    { side: 'a source that was counted long ago', source: 700_000, target: 10_000_000, parts: 50 },
    { side: 'both, of which nothing is known', source: 0, target: 0, parts: 4 },
  ])('are as many as the larger side needs: $side', async ({ source, target, parts }) => {
    const stores = { source: await filled(60), target: openMemoryStore() };
    const split = { source: sized(stores.source, () => source), target: sized(stores.target, () => target) };
    const { run } = await runCopy({ stores, ledger }, {});
    expect(run).toMatchObject({ exitCode: 0 });
    expect(split.source.get('orders')?.at(-1)).toBe(parts);
    expect(split.target.get('orders')).toEqual([parts]);
  });

  test('are as many as were asked for', async () => {
    const stores = { source: await filled(60), target: openMemoryStore() };
    const parts = sized(stores.target, () => 0);
    await runCopy({ stores, ledger }, { segments: 7 });
    expect(parts.get('orders')).toEqual([7]);
  });
});

describe('tables that would have more units than there are', () => {
  test('get fewer segments each, in Migrate and in Validate', async () => {
    const stores = { source: await filled(1, names), target: openMemoryStore() };
    const source = sized(stores.source, () => 1e9);
    const target = sized(stores.target, () => 0);
    const { run } = await runCopy({ stores, ledger }, {});
    expect(run).toMatchObject({ exitCode: 0 });
    // 10,000 units for twelve tables, and for both sides of them.
    expect(Object.fromEntries(source)).toEqual(eachInto(833, 416));
    expect(Object.fromEntries(target)).toEqual(eachInto(416));
  });

  test('leave those their segments that need few', async () => {
    const stores = { source: await filled(1, names), target: openMemoryStore() };
    const source = sized(stores.source, (table) => (table === 'table-05' ? 100_000 : 1e9));
    await runCopy({ stores, ledger }, { steps: ['setup'] });
    expect(source.get('table-05')).toEqual([2]);
    expect(source.get('table-06')).toEqual([Math.floor(9_998 / 11)]);
  });

  test.each([
    { copy: { segments: 5_001 }, units: '10002 units of Validate, which reads both sides,', most: 5_000, tables: 1 },
    { copy: { segments: 834, steps: ['setup', 'migrate'] }, units: '10008 units of Migrate,', most: 833, tables: 12 },
    { copy: { segments: 1_000, noValidate: ['table-0*'] }, units: '12000 units of Migrate,', most: 833, tables: 12 },
  ])('are refused before anything is touched where segments were asked for: $copy', async ({ copy, ...message }) => {
    const stores = { source: await filled(1, names.slice(0, message.tables)), target: openMemoryStore() };
    const { run } = await runCopy({ stores, ledger }, copy);
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError', step: 'begin' } });
    expect(run.error?.message).toContain('copy.segments');
    expect(run.error?.message).toContain(`${message.units} and a run has at most 10000: set at most ${message.most}`);
    expect(await tableNames(stores.target)).toEqual([]);
  });

  test('are carried with as many segments as there are units', async () => {
    const stores = { source: await filled(1), target: openMemoryStore() };
    const parts = sized(stores.source, () => 1e9);
    const { run } = await runCopy({ stores, ledger }, { segments: 10_000, steps: ['setup', 'migrate'] });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(parts.get('orders')).toEqual([10_000]);
    const validated = await runCopy({ stores, ledger }, { segments: 5_000, steps: ['validate'] });
    expect(validated.run).toMatchObject({ exitCode: 0 });
  });
});
