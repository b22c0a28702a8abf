import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { marking, markingSteps, registered } from './marking-steps.js';
import { historyOf, up, versionOf, withUp } from './up-runs.js';

withUp();

describe('migrations that do not fit the history', () => {
  test('are refused, all of them together, before anything is touched', async () => {
    const database = openMemoryStore();
    await up(database, { registry: markingSteps([1, 3]) });
    const { migrations } = markingSteps([1, 2, 3, 4]);
    const changed = {
      migrations: migrations.map((each) => (each.version === 3 ? { ...each, checksum: 'other' } : each)),
    };
    const before = await readState(database.keyValues);
    const { run } = await up(database, { registry: changed });
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
    expect(run.error?.message).toContain('0003_mark.ts: was changed');
    expect(run.error?.message).toContain('0002_mark.ts');
    expect(await readState(database.keyValues)).toEqual(before);
  });

  test('may have changed where that is accepted, once', async () => {
    const database = openMemoryStore();
    await up(database, { registry: markingSteps([1]) });
    const { migrations } = markingSteps([1, 2]);
    const changed = {
      migrations: migrations.map((each) => (each.version === 1 ? { ...each, checksum: 'other' } : each)),
    };
    expect((await up(database, { registry: changed })).run.exitCode).toBe(2);
    expect((await up(database, { registry: changed }, { acceptChanged: [1] })).run.exitCode).toBe(0);
    expect(await versionOf(database)).toBe(2);
    expect((await up(database, { registry: changed })).run.exitCode).toBe(0);
    expect(await historyOf(database)).toMatchObject([{ version: 1, checksum: 'other' }, { version: 2 }]);
  });

  test('name flags and stores that the project does not declare', async () => {
    const misspelt = marking(() => undefined, { when: 'kvEnabeld', stores: ['elsewhere'] });
    const { run } = await up(openMemoryStore(), {
      registry: { migrations: [registered(1, misspelt)] },
      project: { flags: { kvEnabled: true } },
    });
    expect(run.error?.message).toContain('requires the flag "kvEnabeld"');
    expect(run.error?.message).toContain('uses the store "elsewhere"');
  });

  test('are older than the database', async () => {
    const database = openMemoryStore();
    await up(database, { registry: markingSteps([1, 2]) });
    const { run } = await up(database, { registry: markingSteps([1]) });
    expect(run).toMatchObject({
      exitCode: 2,
      error: { message: expect.stringContaining('newest migration of this code is 1') },
    });
  });
});
