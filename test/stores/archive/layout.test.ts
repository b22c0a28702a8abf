import fc from 'fast-check';
import { parsePartName, partName, tableFolder } from '../../../src/stores/archive/layout.js';

describe('the folder of a table', () => {
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });

  test('is one plain segment of a path, never hidden', () => {
    fc.assert(fc.property(name, (table) => expect(tableFolder(table)).toMatch(/^[A-Za-z0-9_!-][A-Za-z0-9_.!-]*$/)));
  });

  test('differs where names differ', () => {
    fc.assert(fc.property(name, name, (a, b) => expect(tableFolder(a) === tableFolder(b)).toBe(a === b)));
    expect(new Set(['a/b', 'a!2Fb', 'a!2fb', 'A/b'].map(tableFolder)).size).toBe(4);
  });

  test.each([
    ['orders_2-new.v1', 'orders_2-new.v1'],
    ['..', '!2E.'],
    ['a b', 'a!20b'],
    ['größe', 'gr!C3!B6!C3!9Fe'],
  ])('of %p is %p', (table, folder) => expect(tableFolder(table)).toBe(folder));
});

describe('the name of a part', () => {
  test('sorts by unit and position, and says them', () => {
    const one = fc.record({ unit: fc.nat(99_999), position: fc.nat(999_999) });
    fc.assert(
      fc.property(one, one, (a, b) => {
        const [nameA, nameB] = [partName(a.unit, a.position), partName(b.unit, b.position)];
        expect(nameA < nameB).toBe(a.unit < b.unit || (a.unit === b.unit && a.position < b.position));
        expect(parsePartName(nameA)).toEqual(a);
      }),
    );
    expect(partName(12, 3)).toBe('u00012-p000003');
    expect(parsePartName('33334444EXAMPLE')).toBeUndefined();
  });
});
