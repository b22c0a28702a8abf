import { ulid } from 'ulid';
import { ItemsQuarantinedError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { quarantined } from '../../../src/migrations/quarantine/quarantine.js';
import { UnitQuarantine, type QuarantineUnit } from '../../../src/migrations/quarantine/unit-quarantine.js';
import { itemOf } from '../../engine/memory-stores.js';
import { withTestLedgers } from '../../support/copy-run.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const unitOf = (attempt: string, more: Partial<QuarantineUnit> = {}): QuarantineUnit => ({
  ...{ ledger, attempt, table: 'orders', unit: 0, key: [{ name: 'id' }], allowed: 0 },
  ...more,
});

async function keptIn(attempt: string): Promise<string[]> {
  const kept: string[] = [];
  for await (const { table, unit, key, reason } of quarantined(ledger, attempt))
    kept.push(`${table} ${unit} ${key} ${reason}`);
  return kept.sort();
}

describe('the quarantine of a unit', () => {
  test('holds an item once, with its last reason, however many calls keep it', async () => {
    const attempt = ulid();
    for (const reason of ['first', 'second']) {
      const quarantine = await UnitQuarantine.open(unitOf(attempt), false);
      await quarantine.keep(itemOf(1), new Error(reason));
    }
    expect(await keptIn(attempt)).toEqual(['orders 0 {"id":"item-1"} second']);
  });

  test('lets go what a later call carries, and nothing else', async () => {
    const attempt = ulid();
    const first = await UnitQuarantine.open(unitOf(attempt), false);
    for (const id of [1, 2, 3]) await first.keep(itemOf(id), 'no');
    const later = await UnitQuarantine.open(unitOf(attempt), false);
    await later.release([0, 1, 3, 4].map(itemOf));
    expect(await keptIn(attempt)).toEqual(['orders 0 {"id":"item-2"} no']);
    await later.keep(itemOf(3), 'again');
    expect(await keptIn(attempt)).toEqual(['orders 0 {"id":"item-2"} no', 'orders 0 {"id":"item-3"} again']);
  });

  test('is empty when the unit begins anew, and that of other units and tables is not', async () => {
    const attempt = ulid();
    for (const other of [{}, { unit: 1 }, { table: 'orders/0' }]) {
      const quarantine = await UnitQuarantine.open(unitOf(attempt, other), false);
      await quarantine.keep(itemOf(1), 'no');
    }
    await UnitQuarantine.open(unitOf(attempt), true);
    expect(await keptIn(attempt)).toEqual(['orders 1 {"id":"item-1"} no', 'orders/0 0 {"id":"item-1"} no']);
  });

  test('has an end: a unit of which nothing can be carried does not fill the ledger', async () => {
    const attempt = ulid();
    const quarantine = await UnitQuarantine.open(unitOf(attempt), false);
    for (let id = 0; id < 1_000; id += 1) await quarantine.keep(itemOf(id), 'no');
    await quarantine.keep(itemOf(0), 'no');
    await expect(quarantine.keep(itemOf(1_000), 'no')).rejects.toThrow(ItemsQuarantinedError);
  });
});
