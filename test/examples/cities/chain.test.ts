import { registerPartition } from '../../../src/versions/partition-versions.js';
import { openCitiesRig, type CitiesRig } from './cities-rig.js';
import { expectedCities, publishedPlaces } from './expected-cities.js';
import { contentsOf, everythingIn, historyOf, partitionsOf } from './world-contents.js';

let rig: CitiesRig;
beforeAll(async () => (rig = await openCitiesRig()));
afterAll(() => rig.stop());

describe('the chain of the example', () => {
  test('brings 246 countries from version 0 to 5, each record through each migration once', async () => {
    const world = await rig.world();
    expect((await world.up({ to: 1 })).run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    const loaded = await world.load();
    expect(loaded).toHaveLength(246);
    const { run, summary } = await world.up();
    expect({ run, summary }).toMatchObject({
      run: { status: 'succeeded', exitCode: 0 },
      summary: { from: 1, version: 5, pending: 0 },
    });

    const { cities, countries, places, directory } = await contentsOf(world);
    expect(cities).toEqual(expectedCities(loaded));
    expect(countries).toHaveLength(246);
    expect(places).toHaveLength(Object.values(cities).flatMap((records) => Object.keys(records)).length);
    expect(directory['countries']).toHaveLength(246);
    expect(directory['places']).toHaveLength(publishedPlaces(loaded));
    const versions = Object.values(await partitionsOf(world)).map(({ dataVersion }) => dataVersion);
    expect(versions).toEqual(Array.from({ length: 246 }, () => 5));
    expect((await historyOf(world)).map(({ version, kind }) => [version, kind])).toEqual([
      [1, 'sql'],
      [2, 'for-each-partition'],
      [3, 'copy-tables'],
      [4, 'rollover'],
      [5, 'for-each-partition'],
    ]);
  });

  test('shows in a dry run what would be done, and leaves both stores byte for byte as they were', async () => {
    const world = await rig.world();
    await world.up({ to: 1 });
    await world.load();
    const before = await everythingIn(world);
    const { run, forecast } = await world.up({ dryRun: true });
    expect(run.exitCode).toBe(0);
    expect(forecast?.migrations.map(({ file, forecast: { partitions } }) => [file, partitions?.count])).toEqual([
      ['0002_split_location.ts', 246],
      ['0003_publish_places.ts', undefined],
      ['0004_places_by_name.ts', undefined],
      ['0005_rank_cities.ts', 246],
    ]);
    expect(await everythingIn(world)).toEqual(before);
  });

  test('stops before what waits for its flag, succeeds, and goes on when that is on', async () => {
    const world = await rig.world({ flags: { publicDirectory: false } });
    await world.up({ to: 1 });
    const loaded = await world.load({ only: ['AD', 'FR'] });
    const { run, summary } = await world.up();
    expect({ run, summary }).toMatchObject({
      run: { status: 'succeeded', exitCode: 0 },
      summary: { version: 2, gate: { version: 3, flag: 'publicDirectory' } },
    });
    expect((await contentsOf(world)).directory).toEqual({});
    const on = await rig.world({ copyOf: world });
    expect((await on.up()).run.exitCode).toBe(0);
    expect((await contentsOf(on)).cities).toEqual(expectedCities(loaded));
  });

  test('leaves a country alone that was registered at the version of newer code', async () => {
    const world = await rig.world();
    await world.up({ to: 1 });
    await world.load({ only: ['AD', 'FR'] });
    await registerPartition(world.service.versions, 'FR-new', 5);
    expect((await world.up()).run.exitCode).toBe(0);
    expect(await partitionsOf(world)).toMatchObject({ AD: { dataVersion: 5 }, 'FR-new': { dataVersion: 5 } });
    expect((await historyOf(world)).find(({ version }) => version === 5)?.items).toBe(4);
  });
});
