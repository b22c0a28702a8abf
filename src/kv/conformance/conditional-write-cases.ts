import assert from 'node:assert/strict';
import { update } from '../update.js';
import { bytes, rejects, sameBytes, textOf } from './bytes.js';
import type { Cases, World } from './world.js';

const [p, k] = [bytes('p'), bytes('k')];

async function race(world: World, what: 'creates' | 'replaces'): Promise<void> {
  const store = await world.store();
  const predicate = what === 'creates' ? undefined : await store.setIf(p, k, bytes('old'), undefined);
  const races = Array.from({ length: 200 }, (_, index) => store.setIf(p, k, bytes(`writer ${index}`), predicate));
  const results = await Promise.allSettled(races);
  const winners = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
  assert.equal(winners.length, 1);
  sameBytes((await store.get(p, k))?.value, bytes(`writer ${winners[0]}`));
  for (const [index, result] of results.entries())
    if (result.status === 'rejected') await rejects(races[index] ?? Promise.resolve(), 'PredicateFailedError');
}

export const conditionalWriteCases: Cases = {
  'setIf creates where nothing is, and returns the predicate of what it wrote': async (world) => {
    const store = await world.store();
    const first = await store.setIf(p, k, bytes('1'), undefined);
    assert.equal((await store.get(p, k))?.predicate.writes[0], first.writes[0]);
    const second = await store.setIf(p, k, bytes('2'), first);
    await store.setIf(p, k, bytes('3'), second);
    sameBytes((await store.get(p, k))?.value, bytes('3'));
  },

  'setIf refuses a stale predicate, on a changed entry and on an absent one, and writes nothing': async (world) => {
    const store = await world.store();
    const first = await store.setIf(p, k, bytes('1'), undefined);
    await store.set(p, k, bytes('2'));
    await rejects(store.setIf(p, k, bytes('3'), first), 'PredicateFailedError');
    sameBytes((await store.get(p, k))?.value, bytes('2'));
    const present = (await store.get(p, k))?.predicate;
    await store.delete(p, k);
    await rejects(store.setIf(p, k, bytes('3'), present), 'PredicateFailedError');
    assert.equal(await store.get(p, k), undefined);
  },

  'setIf that must create refuses an entry that is there': async (world) => {
    const store = await world.store();
    await store.set(p, k, bytes('0'));
    await rejects(store.setIf(p, k, bytes('1'), undefined), 'PredicateFailedError');
    sameBytes((await store.get(p, k))?.value, bytes('0'));
  },

  'an equal value, and an entry that was deleted and made again, is another write': async (world) => {
    const store = await world.store();
    const first = await store.setIf(p, k, bytes('same'), undefined);
    const second = await store.setIf(p, k, bytes('same'), first);
    await rejects(store.setIf(p, k, bytes('other'), first), 'PredicateFailedError');
    await store.delete(p, k);
    await store.setIf(p, k, bytes('same'), undefined);
    await rejects(store.setIf(p, k, bytes('other'), second), 'PredicateFailedError');
    sameBytes((await store.get(p, k))?.value, bytes('same'));
  },

  'of two hundred racing writers exactly one creates': (world) => race(world, 'creates'),
  'of two hundred racing writers exactly one replaces': (world) => race(world, 'replaces'),

  'update applies each of fifty changes once, whoever is faster': async (world) => {
    const store = await world.store();
    const increment = (value: Uint8Array | undefined) => bytes(String(Number(textOf(value)) + 1));
    const patient = { retry: { attempts: 100, baseMs: 5, capMs: 200 } };
    await Promise.all(Array.from({ length: 50 }, () => update(store, p, k, increment, patient)));
    sameBytes((await store.get(p, k))?.value, bytes('50'));
  },
};
