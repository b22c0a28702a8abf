import { copyInputSchema } from '../../../src/migrations/copy/copy-input.js';
import { copyMigration } from '../../../src/migrations/copy/copy-migration.js';
import { withDefaults } from '../../../src/settings.js';
import type { DropFault, Store } from '../../../src/stores/store.js';
import { putAttemptTable } from '../../../src/versions/attempt-tables.js';
import { createEmpty, filled } from '../../engine/memory-stores.js';

/** A target in which an earlier attempt created these tables; `faults`: what stands against dropping them. */
async function afterAttempt(created: readonly string[], faults: Record<string, readonly DropFault[]> = {}) {
  const target = await filled(0, created);
  for (const name of created) {
    const { identity } = await target.describe(name);
    await putAttemptTable(target.keyValues, 'earlier', { name, created: true, identity });
  }
  const preflight = target.preflight.bind(target);
  target.preflight = async (description, role) => ({
    ...(await preflight(description, role)),
    drop: faults[description.name] ?? [],
  });
  return target;
}

async function forecastFresh(target: Store, tables: readonly string[]) {
  const input = copyInputSchema.parse({ from: 'source', to: 'target', tables, fresh: true });
  const source = await filled(1, ['orders', 'lines', 'other']);
  const attempts = [{ id: 'earlier', resumed: false }];
  const stores = { source, target, from: 'source', to: 'target' };
  return copyMigration(input, stores).forecast({ home: target, settings: withDefaults(), attempts });
}

const lost = (table: string, unlessDropped: string): DropFault => ({
  field: `table "${table}"`,
  message: `a foreign key of ${unlessDropped} would be lost`,
  unlessDropped,
});

describe('what a fresh start would drop', () => {
  test('is refused of a table that is carried no more too, when a table that stays would lose something', async () => {
    const target = await afterAttempt(['orders'], { orders: [lost('orders', 'bystander')] });
    const { faults, drops } = await forecastFresh(target, ['other']);
    expect(faults).toEqual([{ field: 'table "orders"', message: 'a foreign key of bystander would be lost' }]);
    expect(drops).toEqual(['orders']);
  });

  test('is allowed where only tables lose something that are dropped too', async () => {
    const target = await afterAttempt(['orders', 'lines'], {
      orders: [lost('orders', 'lines')],
      lines: [lost('lines', 'orders')],
    });
    expect(await forecastFresh(target, ['other'])).toMatchObject({ faults: [], drops: ['lines', 'orders'] });
  });

  test('are no tables that are gone, or that somebody made anew', async () => {
    const target = await afterAttempt(['orders', 'lines', 'other']);
    await target.drop('orders');
    await target.drop('lines');
    await createEmpty(target, 'lines');
    expect(await forecastFresh(target, ['other'])).toMatchObject({
      faults: [],
      drops: ['other'],
      tables: [{ table: 'other', target: 'absent' }],
    });
  });
});
