import {
  authenticate,
  createAccessKey,
  createUser,
  deleteUser,
  getUser,
  listAccessKeys,
  listUsers,
} from '../../../examples/repositories/users.js';
import { openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import { collect } from '../../support/kv-bytes.js';
import { promptClock as clock } from './committers.js';

const open = () => ({ store: openMemoryKeyValueStore({ pageEntries: 3 }), clock });
const ann = { name: 'ann', email: 'ann@example.org', groups: ['admins'] };

describe('a user', () => {
  test('is there once, whoever creates it at the same time, and is listed by its name', async () => {
    const backend = open();
    const results = await Promise.allSettled(Array.from({ length: 9 }, () => createUser(backend, ann)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if ('reason' in result) expect(result.reason).toMatchObject({ name: 'AlreadyExistsError' });
    for (const name of ['zoe', 'bob', 'eve', 'dan']) await createUser(backend, { name, email: '' });
    expect((await collect(listUsers(backend))).map(({ name }) => name)).toEqual(['ann', 'bob', 'dan', 'eve', 'zoe']);
    expect(await getUser(backend, 'ann')).toMatchObject(ann);
    expect(await getUser(backend, 'none')).toBeUndefined();
  });

  test('has a name that can be one', async () => {
    await expect(createUser(open(), { ...ann, name: 'a/b' })).rejects.toMatchObject({ name: 'InputError' });
  });
});

describe('an access key', () => {
  test('opens with its own secret alone, which the store does not have', async () => {
    const backend = open();
    await createUser(backend, ann);
    const [one, other] = [await createAccessKey(backend, 'ann'), await createAccessKey(backend, 'ann')];
    expect(await authenticate(backend, one.id, one.secret)).toMatchObject(ann);
    expect(await authenticate(backend, one.id, other.secret)).toBeUndefined();
    expect(await authenticate(backend, 'AK0', one.secret)).toBeUndefined();
    const listed = await collect(listAccessKeys(backend));
    expect(listed.map(({ id }) => id)).toEqual([one.id, other.id].sort());
    for (const { secretHash } of listed) expect(Buffer.from(secretHash).toString()).not.toContain(one.secret);
  });

  test('opens nothing without its user, and is made for one that is there', async () => {
    const backend = open();
    await createUser(backend, ann);
    const { id, secret } = await createAccessKey(backend, 'ann');
    await deleteUser(backend, 'ann');
    expect(await authenticate(backend, id, secret)).toBeUndefined();
    await expect(createAccessKey(backend, 'ann')).rejects.toThrow('there is no user "ann"');
  });
});
