import { checkedStore } from '../../../src/kv/checked-store.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { systemClock } from '../../../src/system-clock.js';
import { keyValueEngines } from '../../support/kv-engines.js';
import { expectSound, newRepository, runCommitter, Told } from './committers.js';

/** Fifty committers, as so many processes would be, on one branch of a new repository. */
async function fiftyCommitters(store: KeyValueStore, commits: number): Promise<void> {
  const home = await newRepository(store);
  const told = new Told();
  const names = Array.from({ length: 50 }, (_, index) => `committer ${index}`);
  await Promise.all(
    names.map((name) => runCommitter({ store, clock: systemClock }, name, commits / names.length, told)),
  );
  expect(told.failed).toEqual([]);
  expect(told.committed).toHaveLength(commits);
  await expectSound(home, told);
}

describe('fifty committers on one branch lose no commit and apply none twice', () => {
  test.each(keyValueEngines)(
    'in %s',
    async (name, open) => {
      const { driver, close } = await open();
      try {
        await fiftyCommitters(checkedStore(driver), name === 'memory' ? 10_000 : 1_000);
      } finally {
        await close();
      }
    },
    600_000,
  );
});
