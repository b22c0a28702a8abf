import { readdir } from 'node:fs/promises';
import { compareReads, digestOf } from '../../../examples/repositories-in-sql/reads/compare-reads.js';
import { openImportsRig, type ImportsRig, type Target, type World, type WorldOptions } from './imports-rig.js';

let rig: ImportsRig;
beforeAll(async () => (rig = await openImportsRig()));
afterAll(() => rig.stop());

const slice = { repositories: 5, synsets: 400 };

/** A database of version 2, filled. */
async function filled(options: WorldOptions, part = slice): Promise<World> {
  const world = await rig.world(options);
  await world.upTo(1);
  await world.fill(part);
  await world.upTo(2);
  return world;
}

async function tablesOf({ sql, place }: World): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY 1',
    [place.schema],
  );
  return rows.map(({ name }) => name);
}

describe('the service leaves SQL', () => {
  test.each<[Target, boolean]>([
    ['kv', false],
    ['pgkv', false],
    ['kv', true],
    ['pgkv', true],
  ])(
    'for %s (by way of the archive: %s), and answers as before when its tables are gone',
    async (target, viaArchive) => {
      const world = await filled({ target, viaArchive });
      const before = await digestOf(world.before);
      expect(before.answers).toBeGreaterThan(2_000);
      const { run, summary } = await world.up();
      expect({ run, summary }).toMatchObject({ run: { status: 'succeeded', exitCode: 0 }, summary: { version: 3 } });
      expect(await digestOf(world.after)).toEqual(before);
      expect(await tablesOf(world)).toEqual(['carryover']);
      expect(await readdir(world.archive, { recursive: true }).catch(() => [])).not.toContainEqual(
        expect.stringMatching(/\.json\.gz$/) as string,
      );
    },
  );

  test('with keepTables beside its tables, each object the same in both', async () => {
    const world = await filled({ keepTables: true });
    expect((await world.up()).run).toMatchObject({ status: 'succeeded' });
    expect(await compareReads(world.before, world.after)).toEqual({ compared: expect.any(Number) as number });
    expect(await tablesOf(world)).toHaveLength(14);
  });

  test('not before its flag is on: until then the chain ends with version 2, and SQL answers', async () => {
    const world = await filled({ flags: { keyValueStore: false } });
    const before = await digestOf(world.before);
    expect(await world.up()).toMatchObject({
      run: { status: 'succeeded', exitCode: 0 },
      summary: { version: 2, gate: { version: 3, flag: 'keyValueStore' } },
    });
    expect(await digestOf(world.before)).toEqual(before);
    await expect(digestOf(world.after)).resolves.toMatchObject({ answers: 0 });
  });
});
