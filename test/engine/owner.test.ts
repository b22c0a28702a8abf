import { begin } from '../../src/engine/steps/begin.js';
import type { Dependencies } from '../../src/engine/dependencies.js';
import { startHeartbeat } from '../../src/engine/leases/heartbeat.js';
import { LockHeldError } from '../../src/errors.js';
import { holdLease } from '../../src/kv/lease.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import { readState, stateLeaseCell } from '../../src/versions/state-entry.js';
import { testDependencies, withTestLedgers } from '../support/copy-run.js';
import { filled } from './memory-stores.js';

let ledgers: readonly Ledger[];
withTestLedgers(2, (made) => (ledgers = made));

const arnOf = (machine: string, name = 'nightly'): string =>
  `arn:aws:states:eu-west-1:123456789012:execution:${machine}:${name}`;
const input = { copy: { from: 'source', to: 'target' } };
const leaseMs = 1_500;
const call = { remainingMs: () => 60_000 };

/** Two deployments that work on one target, each with a ledger of its own. */
async function deployments(): Promise<[Dependencies, Dependencies]> {
  const stores = { source: await filled(3), target: openMemoryStore() };
  const [one, two] = ledgers.map((ledger) => testDependencies({ stores, ledger, settings: { leaseMs } }));
  return [one as Dependencies, two as Dependencies];
}

describe('executions of one name', () => {
  test('of two state machines are two owners: the second waits for the first, and gives up when that lives', async () => {
    const [one, two] = await deployments();
    const first = await begin({ execution: arnOf('one'), input }, one, call);
    const { keyValues } = await one.openStore('target');
    const { owner, token } = first;
    const held = holdLease({
      cell: stateLeaseCell(keyValues),
      owner,
      token,
      durationMs: leaseMs,
      requestTimeoutMs: 500,
      clock: one.clock,
    });
    const heartbeat = startHeartbeat(held, one.clock, leaseMs);
    try {
      await expect(begin({ execution: arnOf('two'), input }, two, call)).rejects.toThrow(LockHeldError);
    } finally {
      await heartbeat.stop();
    }
    expect((await readState(keyValues))?.lease).toMatchObject({ owner, token });
  });

  test('the same execution is one owner, however often its Begin is called; its run has the plain name', async () => {
    const [one] = await deployments();
    const first = await begin({ execution: arnOf('one', 'weekly'), input }, one, call);
    const again = await begin({ execution: arnOf('one', 'weekly'), input }, one, call);
    expect(again).toEqual(first);
    expect(first.id).toBe('weekly');
    expect(first.attempt).toMatch(/^weekly-[0-9a-f]{12}$/);
    expect(await one.ledger.run('weekly')).toMatchObject({ attempt: first.attempt, token: first.token });
  });
});
