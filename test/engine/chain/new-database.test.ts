import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runExecution } from '../../support/copy-run.js';
import { filled } from '../memory-stores.js';
import { marking, markingSteps, marksOf, registered } from './marking-steps.js';
import { historyOf, up, versionOf, withUp } from './up-runs.js';

let ledger: Ledger;
withUp((made) => (ledger = made));

describe('a database without a version', () => {
  test('is not given one by a clean-up', async () => {
    const database = openMemoryStore();
    const project = { database: 'database', newDatabase: 'stamp' as const };
    const options = { stores: { database }, ledger, registry: markingSteps([1, 2]), project };
    expect((await runExecution(options, { cleanup: {} })).run.exitCode).toBe(0);
    expect(await readState(database.keyValues)).toBeUndefined();
  });

  test('is refused when it has data', async () => {
    const database = await filled(1);
    const { run } = await up(database, { registry: markingSteps([1]) });
    expect(run).toMatchObject({ exitCode: 2, error: { message: expect.stringContaining('carryover baseline N') } });
    expect(await readState(database.keyValues)).toBeUndefined();
  });

  test('gets the newest one, and runs nothing, where the project says so', async () => {
    const database = openMemoryStore();
    await up(database, { registry: markingSteps([1, 2]), project: { newDatabase: 'stamp' } });
    expect(await readState(database.keyValues)).toMatchObject({ version: 2, baseline: 2 });
    expect(await historyOf(database)).toMatchObject([{ version: 2, how: 'stamped' }]);
    await expect(marksOf(database)).rejects.toThrow('marks');
  });

  test('gets no newer one than the chain would come to', async () => {
    const gated = registered(
      2,
      marking(() => undefined, { when: 'late' }),
    );
    const registry = { migrations: [...markingSteps([1]).migrations, gated] };
    const stopped = openMemoryStore();
    await up(stopped, { registry, project: { newDatabase: 'stamp', flags: { late: false } } });
    expect(await versionOf(stopped)).toBe(1);
    const asked = openMemoryStore();
    await up(asked, { registry: markingSteps([1, 2]), project: { newDatabase: 'stamp' } }, { to: 1 });
    expect(await versionOf(asked)).toBe(1);
  });
});
