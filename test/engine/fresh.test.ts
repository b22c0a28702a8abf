import { savedForecast } from '../../src/engine/runs/forecast-documents.js';
import { InputError } from '../../src/errors.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import { readState } from '../../src/versions/state-entry.js';
import { runCopy, withTestLedgers } from '../support/copy-run.js';
import { filled, tableNames } from './memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** A fresh start that dies before its Setup has done anything. */
const dying = { Setup: () => Promise.reject(new InputError([{ field: 'test', message: 'dies here' }])) };

describe('a fresh start', () => {
  test('after one that died drops what all attempts before it created, and then forgets them', async () => {
    const stores = { source: await filled(6, ['orders', 'lines', 'other']), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { tables: ['orders', 'lines'], steps: ['setup', 'migrate'] });
    await runCopy({ stores, ledger, handlers: dying }, { tables: ['lines'], fresh: true });
    await runCopy({ stores, ledger, handlers: dying }, { tables: ['other'], fresh: true });
    expect(await tableNames(stores.target)).toEqual(['lines', 'orders']);

    const dry = await runCopy({ stores, ledger }, { tables: ['other'], fresh: true, dryRun: true });
    expect(await savedForecast(ledger, dry.run.run)).toMatchObject({ drops: ['lines', 'orders'] });

    const { run } = await runCopy({ stores, ledger }, { tables: ['other'], fresh: true, steps: ['setup', 'migrate'] });
    expect(run.exitCode).toBe(0);
    expect(await tableNames(stores.target)).toEqual(['other']);
    expect((await readState(stores.target.keyValues))?.attempt?.previous).toBeUndefined();
  });

  test('that died is gone on with by the same command, which drops what was to be dropped', async () => {
    const stores = { source: await filled(6, ['orders', 'lines', 'other']), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { tables: ['orders'], steps: ['setup', 'migrate'] });
    await runCopy({ stores, ledger, handlers: dying }, { tables: ['lines'], fresh: true });
    await runCopy({ stores, ledger, handlers: dying }, { tables: ['other'], fresh: true });
    const { run } = await runCopy({ stores, ledger }, { tables: ['other'] });
    expect(run.exitCode).toBe(0);
    expect(await tableNames(stores.target)).toEqual(['other']);
  });
});
