import { aroundDriver } from '../../src/kv/around-driver.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import { leaseCases } from '../../src/kv/conformance/lease-cases.js';
import { inWorld, quick } from '../../src/kv/conformance/world.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import { readState, stateKey, stateLeaseCell, statePartition } from '../../src/versions/state-entry.js';
import { keyValueEngines, type OpenedDriver } from '../support/kv-engines.js';
import { StateContest } from './state-contest.js';

const runs = { sequential: 0, interleaved: 0, leases: 0 };
const cases = Object.entries(leaseCases(stateLeaseCell));

describe.each(keyValueEngines)('the lock of a database in %s', (_engine, open) => {
  let opened: OpenedDriver;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  /** The engine as if nobody had used it; it stays open. */
  async function emptied(): Promise<KeyValueDriver> {
    const { driver } = opened;
    await checkedStore(driver).delete(statePartition, stateKey);
    return { ...aroundDriver(driver, (_operation, perform) => perform()), close: () => Promise.resolve() };
  }

  test.each([
    [2, 9],
    [50, 6],
  ])('lets one of %i write at a time, whoever dies, is paused or has a stopped clock', async (contenders, turns) => {
    const kv = checkedStore(await emptied(), quick);
    const contest = new StateContest(kv, turns);
    await contest.play(contenders);
    const writes = [...contest.writes].sort((a, b) => a.revision - b.revision);
    const tokens = writes.map(({ active }) => Number(active['writer']));
    // In the order of the entry's revisions no smaller token comes after a larger one, and none but the owner's.
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
    expect(tokens).toEqual(writes.map(({ lease }) => lease?.token));
    expect(new Set(tokens).size).toBe(turns);
    // No write took back another one.
    expect(writes.map(({ version }) => version)).toEqual(writes.map((_write, index) => index + 1));
    expect((await readState(kv))?.version).toBe(writes.length);
    expect(contest.mostAtOnce).toBe(1);
    expect(contest.refused).toBeGreaterThan(0);
  });

  test.each(cases)('%s', (_title, work) => inWorld(emptied, runs, work));
});
