import type { Dependencies } from '../../../src/engine/dependencies.js';
import { forecastRun } from '../../../src/engine/runs/forecast-run.js';
import { begin } from '../../../src/engine/steps/begin.js';
import { InputError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { DeclaredStore } from '../../../src/project.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { filled } from '../memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

async function dependencies(declared: { source?: object; target?: object }): Promise<Dependencies> {
  const deps = testDependencies({ stores: { source: await filled(3), target: openMemoryStore() }, ledger });
  const declaration = (name: 'source' | 'target'): DeclaredStore => ({ url: `memory:${name}`, ...declared[name] });
  const stores = {
    source: declared.source === undefined ? 'memory:source' : declaration('source'),
    target: declared.target === undefined ? 'memory:target' : declaration('target'),
  };
  return { ...deps, project: { stores } };
}

let runs = 0;
/** What Begin says: the fields that it refuses, none when it begins. */
async function refused(deps: Dependencies, copy: object): Promise<string[]> {
  const input = { copy: { from: 'source', to: 'target', ...copy } };
  try {
    await begin({ execution: `uses-${++runs}`, input }, deps, { remainingMs: () => 60_000 });
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(await readState((await deps.openStore('target')).keyValues)).toBeUndefined();
    expect(await forecastRun(input, deps).catch((each: unknown) => each)).toEqual(error);
    return error.faults.map(({ field }) => field);
  }
}

describe('a store that is declared', () => {
  test('as a source is no target, and as a target no source', async () => {
    const declared = { source: { role: 'source' }, target: { role: 'target' } };
    expect(await refused(await dependencies(declared), {})).toEqual([]);
    expect(await refused(await dependencies(declared), { from: 'target', to: 'source' })).toEqual([
      'copy.from',
      'copy.to',
    ]);
  });

  test('without a role is both', async () => {
    expect(await refused(await dependencies({ source: {}, target: {} }), {})).toEqual([]);
  });

  test('in the long form loses tables only with allowReplace', async () => {
    const without = await dependencies({ target: {} });
    expect(await refused(without, { onExisting: 'replace' })).toEqual(['copy.onExisting']);
    expect(await refused(without, { fresh: true })).toEqual(['copy.fresh']);
    const allowed = { target: { allowReplace: true } };
    expect(await refused(await dependencies(allowed), { onExisting: 'replace' })).toEqual([]);
    expect(await refused(await dependencies(allowed), { fresh: true })).toEqual([]);
  });

  test('by its URL alone may lose tables that the input names', async () => {
    expect(await refused(await dependencies({}), { onExisting: 'replace' })).toEqual([]);
    expect(await refused(await dependencies({}), { fresh: true })).toEqual([]);
  });
});
