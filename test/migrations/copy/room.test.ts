import fc from 'fast-check';
import { within } from '../../../src/migrations/copy/room.js';
import { maxUnits } from '../../../src/migrations/copy/segment-count.js';

test('no table is left without a unit, however much the ones before it have grown', () => {
  const wanted = fc.array(fc.integer({ min: 1, max: maxUnits }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(wanted, fc.integer({ min: 0, max: maxUnits }), (tables, more) => {
      let left = Math.min(tables.length + more, maxUnits);
      for (const count of tables) left -= within({ most: maxUnits, tables: tables.length }, left, count);
      expect(left).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('a table that is alone may have all units', () =>
  expect(within({ most: maxUnits, tables: 1 }, maxUnits, maxUnits)).toBe(maxUnits));
