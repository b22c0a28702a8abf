import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLease, holdLease, leaseCell, LeaseLostError, openKeyValueStore } from '../../src/kv/exports.js';
import { bytes } from '../support/kv-bytes.js';
import { writeFenced } from './fenced-work.js';

/**
 * A process that takes a lease, renews it and writes under it until it is killed or loses it. Says, each time, until when
 * the lease is its own, in epoch milliseconds; at the end that it is lost. Started by lease-holder.test.ts.
 */
const [url = '', duration = ''] = process.argv.slice(2);
const durationMs = Number(duration);
const store = await openKeyValueStore(url);
const cell = leaseCell(store, bytes('leases'), bytes('one'), 'the work');
const { token } = await acquireLease(cell, { owner: 'child', who: 'ann', where: 'a child', durationMs });
const held = holdLease({ cell, owner: 'child', token, durationMs, requestTimeoutMs: durationMs / 3 });
try {
  for (;;) {
    await held.keep();
    held.assertMaySend();
    await writeFenced(store, { token, by: 'child' });
    process.stdout.write(`${Date.now() + held.validForMs()}\n`);
    await sleep(durationMs / 10);
  }
} catch (error) {
  if (!(error instanceof LeaseLostError)) throw error;
  process.stdout.write('lost\n');
}
await store.close();
