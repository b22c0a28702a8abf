import { create, toBinary, type MessageShape } from '@bufbuild/protobuf';
import {
  CorruptDataError,
  OutcomeUnknownError,
  PredicateFailedError,
  StoreUnavailableError,
} from '../../src/errors.js';
import { aroundDriver } from '../../src/kv/around-driver.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import { vacancy } from '../../src/kv/linked-vacancy.js';
import { MemoryKeyValueDriver, openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { messages } from '../../src/kv/messages.js';
import { bytes, collect } from '../support/kv-bytes.js';
import { AccountSchema, NewerAccountSchema } from './messages/account_pb.js';

const quick = { retry: { attempts: 5, baseMs: 1, capMs: 2 } };
const partition = 'Konten für alle';

function opened() {
  const store = openMemoryKeyValueStore();
  return { store, accounts: messages(store, AccountSchema, partition) };
}

const account = (name: string, balance: bigint): MessageShape<typeof AccountSchema> =>
  create(AccountSchema, { name, balance });

const add = (message: MessageShape<typeof AccountSchema> | undefined) => ({ balance: (message?.balance ?? 0n) + 1n });

describe('messages', () => {
  test('come back as they were written, under a key of text or its UTF-8 bytes', async () => {
    const { store, accounts } = opened();
    await accounts.set('zoë', { name: 'Zoë', balance: -1n });
    const same = messages(store, AccountSchema, bytes(partition));
    expect((await same.get(bytes('zoë')))?.message).toEqual(account('Zoë', -1n));
    await same.delete('zoë');
    await same.delete('zoë');
    expect(await accounts.get('zoë')).toBeUndefined();
  });

  test('are not mixed up where a key is no Unicode', async () => {
    const { store, accounts } = opened();
    await expect(accounts.set('\ud800', {})).rejects.toThrow(/^"\\ud800" has half of a surrogate pair/);
    await expect(accounts.get('\udc00')).rejects.toThrow(TypeError);
    expect(() => messages(store, AccountSchema, 'a\ud800')).toThrow(TypeError);
  });

  test('may be all defaults, which is no absence', async () => {
    const { store, accounts } = opened();
    await accounts.set('k', {});
    expect((await store.get(bytes(partition), bytes('k')))?.value).toHaveLength(0);
    expect((await accounts.get('k'))?.message).toEqual(account('', 0n));
  });

  test('are scanned in order of their keys, from a key on', async () => {
    const { accounts } = opened();
    for (const name of ['c', 'a', 'ä', 'b']) await accounts.set(name, { name });
    const names = async (from?: string) => (await collect(accounts.scan(from))).map(({ message }) => message.name);
    expect(await names()).toEqual(['a', 'b', 'c', 'ä']);
    expect(await names('b')).toEqual(['b', 'c', 'ä']);
  });

  test('are compared and set by what was read', async () => {
    const { accounts } = opened();
    const first = await accounts.setIf('k', { balance: 1n }, undefined);
    await expect(accounts.setIf('k', { balance: 2n }, undefined)).rejects.toThrow(PredicateFailedError);
    expect((await accounts.get('k'))?.predicate).toEqual(first);
    await accounts.setIf('k', { balance: 3n }, first);
    await expect(accounts.setIf('k', { balance: 4n }, first)).rejects.toThrow(PredicateFailedError);
    expect((await accounts.get('k'))?.message.balance).toBe(3n);
  });

  test('are absent where a parent is to come, and may be created there', async () => {
    const { store, accounts } = opened();
    for (const key of ['a', 'b', 'c']) await store.set(bytes(partition), bytes(key), vacancy);
    expect(await accounts.get('a')).toBeUndefined();
    expect(await collect(accounts.scan())).toEqual([]);
    await accounts.setIf('a', { balance: 1n }, undefined);
    const before: unknown[] = [];
    await accounts.update('b', (message) => (before.push(message), { balance: 2n }));
    expect(before).toEqual([undefined]);
    expect(await accounts.update('c', () => undefined)).toBeUndefined();
    expect((await collect(accounts.scan())).map(({ message }) => message.balance)).toEqual([1n, 2n]);
  });

  test.each([
    ['cut short', toBinary(AccountSchema, account('Ann', 1n)).slice(0, 3)],
    ['of another kind', bytes('{"name":"Ann"}')],
    ['without a field number', Uint8Array.of(0)],
  ])('refuse bytes that are %s, and name partition, key and type', async (_kind, value) => {
    const { store, accounts } = opened();
    await store.set(bytes(partition), bytes('ann'), value);
    const refused = async (read: Promise<unknown>) => {
      const error = await read.then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
      expect(error).toBeInstanceOf(CorruptDataError);
      expect(error?.message).toMatch(
        /^the entry "ann" of partition 0x4b6f6e74656e2066c3bc7220616c6c65 is not a message carryover\.test\.Account: ./,
      );
    };
    await refused(accounts.get('ann'));
    await refused(collect(accounts.scan()));
    await refused(accounts.update('ann', () => ({ balance: 1n })));
    expect((await store.get(bytes(partition), bytes('ann')))?.value).toEqual(value);
  });
});

describe('an older schema', () => {
  const written = { name: 'Ann', balance: 1n, owners: ['Bob', 'Cid'], limit: { perDay: 7 } };

  test('keeps what a newer one wrote through read, change and write', async () => {
    const { store, accounts } = opened();
    const newer = messages(store, NewerAccountSchema, partition);
    await newer.set('ann', written);
    await accounts.update('ann', (message) => {
      if (message) message.balance += 10n;
      return message;
    });
    const read = await accounts.get('ann');
    if (read) await accounts.setIf('ann', { ...read.message, name: 'Anna' }, read.predicate);
    expect((await newer.get('ann'))?.message).toEqual(
      create(NewerAccountSchema, { ...written, balance: 11n, name: 'Anna' }),
    );
  });
});

describe('an update of a message', () => {
  test('is applied once each, by fifty at a time', async () => {
    const { accounts } = opened();
    await Promise.all(Array.from({ length: 50 }, () => accounts.update('k', add, { retry: { baseMs: 1, capMs: 20 } })));
    expect((await accounts.get('k'))?.message.balance).toBe(50n);
  });

  test('returns what is there then, and the message untouched when it wants nothing', async () => {
    const { accounts } = opened();
    const entry = await accounts.update('k', () => ({ balance: 5n }));
    expect(entry).toEqual(await accounts.get('k'));
    const left = await accounts.update('k', (message) => {
      if (message) message.balance = 6n;
      return undefined;
    });
    expect(left).toEqual(entry);
    expect(await accounts.get('k')).toEqual(entry);
  });

  test('is neither lost nor repeated when the answer to its write is lost', async () => {
    const driver = new MemoryKeyValueDriver();
    const sound = messages(checkedStore(driver), AccountSchema, partition);
    const losing = (performed: boolean) =>
      messages(checkedStore(losingAnAnswer(driver, performed), quick), AccountSchema, partition);
    await sound.set('k', {});
    await losing(true).update('k', add, quick);
    await losing(false).update('k', add, quick);
    expect((await sound.get('k'))?.message.balance).toBe(2n);
    await expect(losing(false).update('absent', add, quick)).rejects.toThrow(OutcomeUnknownError);
  });
});

/** The first conditional write has no answer, whether it was performed or not. */
function losingAnAnswer(driver: KeyValueDriver, performed: boolean): KeyValueDriver {
  let lost = false;
  return aroundDriver(driver, async (operation, perform) => {
    if (operation !== 'writeIf' || lost) return perform();
    lost = true;
    if (performed) await perform();
    throw new StoreUnavailableError('connection reset');
  });
}
