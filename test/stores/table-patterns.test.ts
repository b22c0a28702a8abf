import fc from 'fast-check';
import { matchTables } from '../../src/stores/table-patterns.js';

const names = ['orders', 'orders-2025', 'Orders', 'order.lines', 'orderXlines', 'people', '', 'a\nb', 'été'];

test.each<[patterns: string[], matched: string[], unmatched: string[]]>([
  [[], [], []],
  [['*'], names, []],
  [['orders'], ['orders'], []],
  [['orders*'], ['orders', 'orders-2025'], []],
  [['*s'], ['orders', 'Orders', 'order.lines', 'orderXlines'], []],
  [['o*s'], ['orders', 'order.lines', 'orderXlines'], []],
  [['order.lines'], ['order.lines'], []],
  [['*2025', 'order*'], ['orders', 'orders-2025', 'order.lines', 'orderXlines'], []],
  [['people', 'people', 'p*'], ['people'], []],
  [['order'], [], ['order']],
  [
    ['rders', 'o.*', '[a-z]*', 'orders|people', '^people$', 'p?ople'],
    [],
    ['rders', 'o.*', '[a-z]*', 'orders|people', '^people$', 'p?ople'],
  ],
  [[''], [''], []],
  [['a*b'], ['a\nb'], []],
  [['ét*'], ['été'], []],
])('%j match %j', (patterns, matched, unmatched) => {
  expect(matchTables(names, patterns)).toEqual({ matched, unmatched });
});

test('a name without stars matches itself alone, whatever it is made of', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab.+?^$()[]{}|\\-/,\n') });
  fc.assert(
    fc.property(text, text, (name, other) => {
      expect(matchTables([name, other], [name]).matched).toEqual([name, other].filter((each) => each === name));
    }),
  );
});

test('stars stand for any text, the empty one too', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab.\n') });
  fc.assert(
    fc.property(text, text, text, text, (before, first, between, last) => {
      const name = before + first + between + last;
      expect(matchTables([name], [`*${first}*${last}`])).toEqual({ matched: [name], unmatched: [] });
    }),
  );
});
