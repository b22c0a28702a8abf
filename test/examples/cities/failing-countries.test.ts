import type { KeyValueDriver } from '../../../src/kv/key-value-driver.js';
import { changePartition } from '../../../src/versions/partition-versions.js';
import { openCitiesRig, type Around, type CitiesRig, type World } from './cities-rig.js';
import { contentsOf, historyOf, partitionsOf } from './world-contents.js';

let rig: CitiesRig;
beforeAll(async () => (rig = await openCitiesRig()));
afterAll(() => rig.stop());

const some = ['AD', 'FR', 'JP', 'VA'];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A database of version 1 with a few countries. */
async function fewCountries(): Promise<World> {
  const world = await rig.world();
  expect((await world.up({ to: 1 })).run.exitCode).toBe(0);
  await world.load({ only: some });
  return world;
}

/** The first `failures` writes to the cities of a country fail, with what no store throws by itself. */
function failingFor(country: string, failures: number): Around & { failed: number } {
  const around = {
    failed: 0,
    dependencies: ((given) => ({
      ...given,
      async openKeyValueDriver(store, table) {
        const driver = await given.openKeyValueDriver(store, table);
        return failingDriver(driver, (partition) => {
          if (!Buffer.from(partition).includes(country) || around.failed >= failures) return;
          around.failed += 1;
          throw new RangeError(`no room for ${country}`);
        });
      },
    })) as NonNullable<Around['dependencies']>,
  };
  return around;
}

function failingDriver(driver: KeyValueDriver, assertRoom: (partition: Uint8Array) => void): KeyValueDriver {
  return {
    location: driver.location,
    read: (...at) => driver.read(...at),
    write: (...entry) => driver.write(...entry),
    writeIf(partition, ...entry) {
      assertRoom(partition);
      return driver.writeIf(partition, ...entry);
    },
    remove: (...at) => driver.remove(...at),
    page: (...range) => driver.page(...range),
    close: () => driver.close(),
  };
}

async function versionsOf(world: World): Promise<Record<string, number>> {
  const entries = Object.entries(await partitionsOf(world));
  return Object.fromEntries(entries.map(([id, { dataVersion }]) => [id, dataVersion]));
}

describe('a country that fails', () => {
  test('twice is tried again, and succeeds in the same run', async () => {
    const world = await fewCountries();
    const twice = failingFor('FR', 2);
    const { run } = await world.up({}, twice);
    expect([run.exitCode, twice.failed]).toEqual([0, 2]);
    expect(await versionsOf(world)).toEqual({ AD: 5, FR: 5, JP: 5, VA: 5 });
    for (const city of Object.values((await contentsOf(world)).cities['FR'] ?? {})) expect(city['revision']).toBe(3);
  });

  test('always is named with its error, and the others are done; parked, it lags; mended, it is brought up alone', async () => {
    const world = await fewCountries();
    const { cities, versions } = world.service;
    const [id = '', andorra] = Object.entries((await contentsOf(world)).cities['AD'] ?? {})[0] ?? [];
    await cities.set(bytes('AD'), bytes(id), bytes(JSON.stringify({ ...andorra, location: 'in the mountains' })));

    const failed = await world.up();
    expect(failed.run).toMatchObject({ status: 'failed', exitCode: 3, error: { name: 'UnitsFailedError' } });
    expect(failed.run.error?.message).toMatch(/AD.*location "in the mountains", which is no latitude and longitude/);
    expect(await versionsOf(world)).toEqual({ AD: 1, FR: 2, JP: 2, VA: 2 });
    expect((await historyOf(world)).map(({ version }) => version)).toEqual([1]);

    const at = new Date().toISOString();
    await changePartition(
      versions,
      'AD',
      (entry) => entry && { ...entry, parked: { why: 'asked its surveyor', who: 'a test', at } },
    );
    expect((await world.up()).run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await versionsOf(world)).toEqual({ AD: 1, FR: 5, JP: 5, VA: 5 });
    expect((await partitionsOf(world))['AD']).toMatchObject({
      parked: { why: 'asked its surveyor' },
      failure: { version: 2, message: expect.stringContaining('in the mountains') as string },
    });

    await cities.set(bytes('AD'), bytes(id), bytes(JSON.stringify(andorra)));
    expect((await world.up({ partition: 'AD' })).run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await versionsOf(world)).toEqual({ AD: 5, FR: 5, JP: 5, VA: 5 });
    expect((await partitionsOf(world))['AD']).not.toHaveProperty('parked');
    for (const city of Object.values((await contentsOf(world)).cities['AD'] ?? {})) expect(city['revision']).toBe(3);
  });

  test('in the first wave keeps all others from being begun', async () => {
    const world = await fewCountries();
    expect((await world.up({ to: 3 })).run.exitCode).toBe(0);
    const { run } = await world.up({}, failingFor('AD', Infinity));
    expect(run).toMatchObject({ status: 'failed', exitCode: 3 });
    expect(await versionsOf(world)).toEqual({ AD: 2, FR: 2, JP: 2, VA: 2 });
    expect((await world.up()).run.exitCode).toBe(0);
    expect(await versionsOf(world)).toEqual({ AD: 5, FR: 5, JP: 5, VA: 5 });
  });
});
