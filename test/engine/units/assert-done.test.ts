import { assertDone } from '../../../src/engine/units/assert-done.js';
import { CorruptDataError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { claimOf, nothingDone, openTestLedger, planOf, type TestLedger } from '../../ledger/test-ledger.js';

let context: TestLedger;
beforeAll(async () => {
  context = await openTestLedger();
});
afterAll(async () => {
  await context.stop();
});

async function done(ledger: Ledger, scope: string, units: readonly number[]): Promise<void> {
  await ledger.planUnits(
    scope,
    units.map((unit) => planOf(unit)),
  );
  for (const unit of units) {
    const claim = claimOf(context.clock, 1, 'a');
    const claimed = await ledger.claim(scope, unit, claim);
    await ledger.checkpoint(claimed.unit, claim, { ...nothingDone, items: 2, done: true });
  }
}

test('units that are all done are added up', async () => {
  await done(context.ledger, 'whole', [0, 1, 2]);
  expect(await assertDone(context.ledger, 'migrate', 'whole', 3)).toMatchObject({ units: 3, items: 6 });
});

test('a unit that was planned and is not in the ledger any more is not taken for done', async () => {
  await done(context.ledger, 'gap', [0, 2]);
  const asserted = assertDone(context.ledger, 'migrate', 'gap', 3);
  await expect(asserted).rejects.toThrow(CorruptDataError);
  await expect(asserted).rejects.toThrow('holds 2 of the 3 units of gap');
});
