import { LeaseLostError } from '../../../src/errors.js';
import type { Item } from '../../../src/stores/item.js';
import type { Fence, Store, TableDescription } from '../../../src/stores/store.js';
import { withTestStore, type TestStore } from './test-store.js';

let database: TestStore;
let store: Store;
withTestStore((made, opened) => ([database, store] = [made, opened]));

const row = (id: number, v?: string): Item => ({ id: { N: String(id) }, ...(v === undefined ? {} : { v: { S: v } }) });
const rowsOf = async (table: string) =>
  (await database.client.query(`SELECT * FROM ${table} ORDER BY id`)).rows as unknown[];
const bytes = (text: string) => new TextEncoder().encode(text);

describe('behind a fence', () => {
  const partition = bytes('p');
  const key = bytes('k');
  const fence = (token: number, maySend: () => void = () => undefined): Fence => ({
    token,
    partition,
    key,
    assertMaySend: maySend,
    tokenOf: (value) => Number(new TextDecoder().decode(value)),
  });
  const write = async (given: Fence, items: readonly Item[]) => {
    const writer = store.writer('fenced', { unit: 0, position: 0, fence: given });
    await writer.write(items);
    return writer.flush();
  };
  beforeEach(async () => {
    await database.client.query('DROP TABLE IF EXISTS fenced; CREATE TABLE fenced (id int PRIMARY KEY, v text)');
    await store.keyValues.set(partition, key, bytes('5'));
  });

  const made: TableDescription = {
    name: 'made',
    identity: '',
    key: [{ name: 'id', type: 'S' }],
    origin: { engine: 'memory', metadata: {} },
  };

  test('the owner writes', async () => {
    await write(fence(5), [row(1)]);
    await write(fence(5), [row(1, 'again')]);
    expect(await rowsOf('fenced')).toEqual([{ id: 1, v: 'again' }]);
  });

  test('nobody else writes, removes, creates or drops, older or newer', async () => {
    await write(fence(5), [row(1)]);
    for (const token of [4, 6]) {
      await expect(write(fence(token), [row(2)])).rejects.toThrow(LeaseLostError);
      await expect(write(fence(token), [row(1, 'changed')])).rejects.toThrow(LeaseLostError);
      await expect(store.remove!('fenced', [row(1)], fence(token))).rejects.toThrow(LeaseLostError);
      await expect(store.create(made, fence(token))).rejects.toThrow(LeaseLostError);
      await expect(store.drop('fenced', fence(token))).rejects.toThrow(LeaseLostError);
    }
    expect(await rowsOf('fenced')).toEqual([{ id: 1, v: null }]);
    await expect(store.describe('made')).rejects.toThrow(/not in/);
  });

  test('nobody writes when the state entry is gone', async () => {
    await store.keyValues.delete(partition, key);
    await expect(write(fence(5), [row(1)])).rejects.toThrow(/the state entry is gone/);
    expect(await rowsOf('fenced')).toEqual([]);
  });

  test('an owner who lost the lease while the data was under way writes nothing', async () => {
    let asked = 0;
    const lost = fence(5, () => {
      asked += 1;
      if (asked === 3) throw new LeaseLostError('too late');
    });
    await expect(write(lost, [row(1)])).rejects.toThrow('too late');
    expect(await rowsOf('fenced')).toEqual([]);
    await expect(
      write(
        fence(5, () => {
          throw new LeaseLostError('at once');
        }),
        [row(1)],
      ),
    ).rejects.toThrow('at once');
  });

  test('a new owner waits for a commit that is under way, and no data comes after it', async () => {
    // The commit takes long: a deferred trigger runs in it.
    await database.client.query(`CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON fenced DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()`);
    let seenByNewOwner: Promise<unknown[]> | undefined;
    const racing: Fence = {
      ...fence(5),
      tokenOf(value) {
        seenByNewOwner ??= store.keyValues.set(partition, key, bytes('6')).then(() => rowsOf('fenced'));
        return Number(new TextDecoder().decode(value));
      },
    };
    await write(racing, [row(1)]);
    expect(await seenByNewOwner).toEqual([{ id: 1, v: null }]);
    await expect(write(fence(5), [row(2)])).rejects.toThrow(LeaseLostError);
    expect(await rowsOf('fenced')).toEqual([{ id: 1, v: null }]);
  });
});
