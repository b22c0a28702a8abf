import { findPlaces, readVersion } from '../../../examples/cities/find-places.js';
import { aroundDriver } from '../../../src/kv/around-driver.js';
import { assertDataVersion } from '../../../src/versions/assert-data-version.js';
import { openCitiesRig, type CitiesRig } from './cities-rig.js';

let rig: CitiesRig;
beforeAll(async () => (rig = await openCitiesRig()));
afterAll(() => rig.stop());

test('the service refuses old data, waits while it is migrated, and then finds places by their names', async () => {
  const world = await rig.world();
  await world.up({ to: 1 });
  await world.load({ only: ['CR', 'US', 'VA'], atMost: 20 });
  const { versions } = world.service;
  await expect(assertDataVersion(versions, readVersion)).rejects.toThrow(
    /at version 1, this code expects 5.*carryover up/,
  );

  // The first record is not written before the service was told whom it waits for.
  let told = (_line: string): void => undefined;
  const waiting = new Promise<string>((resolve) => (told = resolve));
  let begun = (): void => undefined;
  const writing = new Promise<void>((resolve) => (begun = resolve));
  const run = world.up(
    {},
    {
      dependencies: (given) => ({
        ...given,
        async openKeyValueDriver(store, table) {
          return aroundDriver(await given.openKeyValueDriver(store, table), async (operation, perform) => {
            begun();
            if (operation === 'writeIf') await waiting;
            return await perform();
          });
        },
      }),
    },
  );
  await writing;
  await assertDataVersion(versions, readVersion, { onProgress: told });
  expect(await waiting).toMatch(
    /^waiting for data version 5: the database is at version 1; run \w+, started by a test .*0002/,
  );
  expect((await run).run.exitCode).toBe(0);
  expect(await findPlaces(world.service, 'SAN JOSE')).toEqual([
    { name: 'San Jose', country: 'United States', population: 1026908, rank: 14 },
    { name: 'San José', country: 'Costa Rica', population: 335007, rank: 1 },
    { name: 'San José', country: 'Costa Rica', population: 31430, rank: 12 },
  ]);
});
