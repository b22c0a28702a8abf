import { planGroup, plannedGroups } from '../../../src/engine/units/unit-groups.js';
import { StoreUnavailableError } from '../../../src/errors.js';
import { openTestLedger, type TestLedger } from '../../ledger/test-ledger.js';

let context: TestLedger;
beforeAll(async () => {
  context = await openTestLedger();
});
afterAll(async () => {
  await context.stop();
});

/** Lets so many requests be sent, as if the call's time were over then. */
function fenceAfter(requests: number): { assertMaySend(): void } {
  let left = requests;
  return {
    assertMaySend() {
      if ((left -= 1) < 0) throw new StoreUnavailableError('the time of this call is over');
    },
  };
}

async function unitsOf(scope: string): Promise<number[]> {
  const units: number[] = [];
  for await (const { unit } of context.ledger.units(scope, 100)) units.push(unit);
  return units;
}

const plan = () => Promise.resolve([0, 1, 2, 3]);
const group = (more: object = {}) => ({ table: 'orders', restart: false, plan, ...more });

describe('a call that was given up', () => {
  test.each([
    { requests: 2, units: 2 },
    { requests: 4, units: 4 },
  ])('plans no more once it may not send: after $requests requests', async ({ requests, units }) => {
    const scope = `after-${requests}/migrate`;
    const planning = planGroup(context.ledger, { scope, token: 1, fence: fenceAfter(requests) }, new Map(), group());
    await expect(planning).rejects.toThrow('the time of this call is over');
    expect(await unitsOf(scope)).toHaveLength(units);
    expect((await plannedGroups(context.ledger, scope)).size).toBe(0);
  });

  test('lets no more units begin anew', async () => {
    const scope = 'again/migrate';
    await planGroup(context.ledger, { scope, token: 1, fence: fenceAfter(100) }, new Map(), group());
    const groups = await plannedGroups(context.ledger, scope);
    const restarting = planGroup(
      context.ledger,
      { scope, token: 1, fence: fenceAfter(1) },
      groups,
      group({ restart: true }),
    );
    await expect(restarting).rejects.toThrow('the time of this call is over');
    const sequences: number[] = [];
    for await (const { sequence } of context.ledger.units(scope, 4)) sequences.push(sequence);
    expect(sequences).toEqual([1, 0, 0, 0]);
  });
});
