import { copySchema, openCitiesRig, type CitiesRig, type World } from './cities-rig.js';
import { contentsOf, everythingIn, historyOf, partitionsOf } from './world-contents.js';

let rig: CitiesRig;
beforeAll(async () => (rig = await openCitiesRig()));
afterAll(() => rig.stop());

async function backUp(world: World): Promise<void> {
  await copySchema(world, world.postgres.schema, `${world.postgres.schema}_backup`);
}

async function restore(world: World): Promise<void> {
  const { schema } = world.postgres;
  await world.service.sql.query(`DROP SCHEMA ${schema} CASCADE`);
  await copySchema(world, `${schema}_backup`, schema);
}

async function versionsOf(world: World): Promise<number[]> {
  return [...new Set(Object.values(await partitionsOf(world)).map(({ dataVersion }) => dataVersion))];
}

describe('a database that was restored to version 2', () => {
  test('is brought to version 5 again, and ends as it would have without the restore', async () => {
    const world = await rig.world();
    expect((await world.up({ to: 1 })).run.exitCode).toBe(0);
    await world.load({ only: ['AD', 'FR', 'JP', 'VA'], atMost: 5 });
    expect((await world.up({ to: 2 })).run.exitCode).toBe(0);
    await backUp(world);
    const atTwo = await everythingIn(world);
    expect((await world.up()).run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    const atFive = await contentsOf(world);
    expect(await versionsOf(world)).toEqual([5]);

    await restore(world);
    expect(await everythingIn(world)).toMatchObject({ rows: (atTwo as { rows: object }).rows });
    expect(await versionsOf(world)).toEqual([2]);
    const again = await world.up();
    expect(again).toMatchObject({ run: { status: 'succeeded', exitCode: 0 }, summary: { from: 2, version: 5 } });
    expect(await contentsOf(world)).toEqual(atFive);
    expect((await historyOf(world)).map(({ version }) => version)).toEqual(
      rig.registry.migrations.map(({ version }) => version),
    );
  });
});
