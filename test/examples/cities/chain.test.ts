import { openCitiesRig, type CitiesRig, type World } from './cities-rig.js';
import { contentsOf, everythingIn, historyOf, partitionsOf, type Contents } from './world-contents.js';

let rig: CitiesRig;
beforeAll(async () => (rig = await openCitiesRig()));
afterAll(() => rig.stop());

/** A database of version 1, with cities in all countries. */
async function loadedWorld(...options: Parameters<CitiesRig['world']>): Promise<World> {
  const world = await rig.world(...options);
  expect((await world.up({ to: 1 })).run).toMatchObject({ exitCode: 0 });
  await world.load();
  return world;
}

/** Every record was written once when it was loaded, once when its location was split, and once when it was ranked. */
function expectOnce({ cities }: Contents): void {
  for (const [country, records] of Object.entries(cities)) {
    const ranks = Object.values(records).map(({ rank }) => rank);
    expect({ country, ranks: ranks.sort() }).toEqual({ country, ranks: ranks.map((_, index) => index + 1) });
    for (const [id, city] of Object.entries(records))
      expect({ id, revision: city['revision'] }).toEqual({ id, revision: 3 });
  }
}

describe('the chain of the example', () => {
  test('brings 246 countries from version 0 to 5', async () => {
    const world = await loadedWorld();
    const { run } = await world.up();
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    const contents = await contentsOf(world);
    expect(Object.keys(contents.cities)).toHaveLength(246);
    expectOnce(contents);
    expect(contents.cities['FR']?.['2988507']).toEqual({
      name: 'Paris',
      population: 2138551,
      latitude: 48.85341,
      longitude: 2.3488,
      rank: 1,
      revision: 3,
    });
    expect(Object.values(await partitionsOf(world)).map(({ dataVersion }) => dataVersion)).toEqual(
      Array.from({ length: 246 }, () => 5),
    );
    expect((await historyOf(world)).map(({ version, kind }) => [version, kind])).toEqual([
      [1, 'sql'],
      [2, 'for-each-partition'],
      [3, 'copy-tables'],
      [4, 'rollover'],
      [5, 'for-each-partition'],
    ]);
  });

  test('shows in a dry run what would be done, and leaves both stores byte for byte as they were', async () => {
    const world = await loadedWorld();
    const before = await everythingIn(world);
    expect((await world.up({ dryRun: true })).run.exitCode).toBe(0);
    expect(await everythingIn(world)).toEqual(before);
  });
});
