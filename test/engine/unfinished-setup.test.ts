import type { Ledger } from '../../src/ledger/ledger.js';
import type { Store } from '../../src/stores/store.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import { readState } from '../../src/versions/state-entry.js';
import { runCopy, withTestLedgers } from '../support/copy-run.js';
import { filled } from './memory-stores.js';

let ledgers: readonly Ledger[];
withTestLedgers(2, (made) => (ledgers = made));

const settings = { leaseMs: 1_000, requestTimeoutMs: 200 };
const phaseOf = async (target: Store): Promise<string | undefined> =>
  (await readState(target.keyValues))?.attempt?.phase;

describe('validation alone', () => {
  test('does not complete an attempt whose Setup died before it planned anything', async () => {
    const [ledger] = ledgers as [Ledger];
    const stores = { source: await filled(0), target: openMemoryStore() };
    const split = stores.source.split.bind(stores.source);
    stores.source.split = () => Promise.reject(new TypeError('dies here'));
    expect((await runCopy({ stores, ledger, settings }, {})).run.exitCode).toBe(3);
    stores.source.split = split;
    expect((await runCopy({ stores, ledger, settings }, { steps: ['validate'] })).run.exitCode).toBe(0);
    expect(await phaseOf(stores.target)).toBe('setup');
    expect((await runCopy({ stores, ledger, settings }, {})).run.exitCode).toBe(0);
    expect(await phaseOf(stores.target)).toBe('complete');
  });

  test('does not complete an attempt that was set up with another ledger, which knows the tables to be finished', async () => {
    const [one, two] = ledgers as [Ledger, Ledger];
    const stores = { source: await filled(5), target: openMemoryStore() };
    await runCopy({ stores, ledger: one, settings }, { steps: ['setup', 'migrate'] });
    expect((await runCopy({ stores, ledger: two, settings }, { steps: ['validate'] })).run.exitCode).toBe(0);
    expect(await phaseOf(stores.target)).toBe('carry');
    expect((await runCopy({ stores, ledger: one, settings }, { steps: ['validate'] })).run.exitCode).toBe(0);
    expect(await phaseOf(stores.target)).toBe('complete');
  });

  test('completes an attempt that made nothing, and one whose tables have no data to be carried', async () => {
    const [ledger] = ledgers as [Ledger];
    const stores = { source: await filled(5), target: await filled(5) };
    await runCopy({ stores, ledger, settings }, { steps: ['validate'] });
    expect(await phaseOf(stores.target)).toBe('complete');
    const empty = { source: await filled(5), target: openMemoryStore() };
    await runCopy({ stores: empty, ledger, settings }, { schemaOnly: ['orders'] });
    expect(await phaseOf(empty.target)).toBe('complete');
  });

  test('that found a difference makes way for an attempt that carries', async () => {
    const [ledger] = ledgers as [Ledger];
    const stores = { source: await filled(5), target: await filled(4) };
    const input = { onExisting: 'merge' };
    expect((await runCopy({ stores, ledger, settings }, { ...input, steps: ['validate'] })).run.exitCode).toBe(1);
    expect((await runCopy({ stores, ledger, settings }, input)).run.exitCode).toBe(0);
    expect(await phaseOf(stores.target)).toBe('complete');
  });
});
