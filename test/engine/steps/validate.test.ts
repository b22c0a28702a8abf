import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Item } from '../../../src/stores/item.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { runCopy, withTestLedgers } from '../../support/copy-run.js';
import { readThrough, storeOf, things } from '../things.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

describe('a page of validation that fails half way', () => {
  test('fails its run, and the next one validates anew and finds both sides equal', async () => {
    const stores = { source: await storeOf(things(90)), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { segments: 1, steps: ['setup', 'migrate'] });
    let broken = true;
    readThrough(stores.target, 30, (page, count) => {
      if (!broken || count !== 2) return page;
      const unreadable = { id: { S: 'thing' }, of: { UNKNOWN: '' } } as unknown as Item;
      return { ...page, items: [...page.items.slice(0, -1), unreadable] };
    });
    const failed = await runCopy({ stores, ledger }, { segments: 1 });
    expect(failed.run).toMatchObject({ exitCode: 3, error: { name: 'UnitsFailedError' } });
    expect(failed.tables[0]?.validate.failures).toMatchObject([{ name: 'CorruptDataError' }]);
    broken = false;
    const { run, tables } = await runCopy({ stores, ledger }, { segments: 1 });
    expect(run.exitCode).toBe(0);
    expect(run.generation).toBe((failed.run.generation ?? 0) + 1);
    expect(tables[0]?.verdict).toMatchObject({ equal: true, expectedItems: 90, actualItems: 90 });
    expect(tables[0]?.validate.items).toBe(180);
  });
});
