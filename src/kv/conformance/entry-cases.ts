import assert from 'node:assert/strict';
import { bytes, collect, rejects, sameBytes, sameEntries } from './bytes.js';
import type { Cases } from './world.js';

const [p, k] = [bytes('p'), bytes('k')];

export const entryCases: Cases = {
  'reads nothing, and deletes nothing, before the first write': async (world) => {
    const store = await world.store();
    assert.equal(await store.get(p, k), undefined);
    await store.delete(p, k);
    sameEntries(await collect(store.scan(p)), []);
    await rejects(store.setIf(p, k, bytes('v'), { writes: ['someone'] }), 'PredicateFailedError');
  },

  'takes the first writes of many at once': async (world) => {
    const store = await world.store();
    const keys = Array.from({ length: 20 }, (_, index) => bytes(`k${index}`));
    await Promise.all(
      keys.map((key, index) => (index % 2 ? store.set(p, key, key) : store.setIf(p, key, key, undefined))),
    );
    assert.equal((await collect(store.scan(p))).length, 20);
  },

  'gives back what was set last, and nothing once it is deleted': async (world) => {
    const store = await world.store();
    await store.set(p, k, bytes('one'));
    await store.set(p, k, bytes('two'));
    sameBytes((await store.get(p, k))?.value, bytes('two'));
    await store.delete(p, k);
    await store.delete(p, k);
    assert.equal(await store.get(p, k), undefined);
  },

  'keeps every byte, and its own copy': async (world) => {
    const store = await world.store();
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    const given = all.slice();
    await store.set(all, all, given);
    given.fill(0);
    const got = await store.get(all, all);
    sameBytes(got?.value, all);
    got?.value.fill(0);
    sameBytes((await store.get(all, all))?.value, all);
    sameEntries(await collect(store.scan(all)), [[all, all]]);
  },

  'takes empty partitions, keys and values, apart from each other and from all others': async (world) => {
    const store = await world.store();
    const [none, zero] = [new Uint8Array(), new Uint8Array([0])];
    await store.set(none, none, none);
    await store.set(none, zero, bytes('1'));
    await store.set(zero, none, bytes('2'));
    sameBytes((await store.get(none, none))?.value, none);
    sameBytes((await store.get(none, zero))?.value, bytes('1'));
    sameBytes((await store.get(zero, none))?.value, bytes('2'));
    assert.equal(await store.get(zero, zero), undefined);
    sameEntries(await collect(store.scan(none)), [
      [none, none],
      [zero, bytes('1')],
    ]);
    await store.delete(none, none);
    assert.equal((await collect(store.scan(none))).length, 1);
  },

  'takes an empty value by compare-and-set, which is no absent entry': async (world) => {
    const store = await world.store();
    const predicate = await store.setIf(p, k, new Uint8Array(), undefined);
    await rejects(store.setIf(p, k, bytes('1'), undefined), 'PredicateFailedError');
    sameBytes((await store.get(p, k))?.value, new Uint8Array());
    await store.setIf(p, k, new Uint8Array(), predicate);
    sameEntries(await collect(store.scan(p)), [[k, new Uint8Array()]]);
  },
};
