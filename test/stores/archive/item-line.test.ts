import { formatItemLine, parseItemLine } from '../../../src/stores/archive/item-line.js';

test('a line of an export holds its item in the field "Item"', () => {
  const item = { Id: { N: '103' }, Cover: { B: Uint8Array.of(0, 255, 16) } };
  expect(formatItemLine(item)).toBe('{"Item":{"Id":{"N":"103"},"Cover":{"B":"AP8Q"}}}');
  expect(parseItemLine(formatItemLine(item)).item).toEqual(item);
});

test.each([
  ['null', 'no object with the field "Item"'],
  ['{"Id":{"N":"103"}}', 'no object with the field "Item"'],
  ['{"Item":[]}', 'it is no object'],
  ['{"Item":{"Id":103}}', 'a value is no object that names its type'],
])('the line %s is refused', (line, why) => {
  expect(() => parseItemLine(line)).toThrow(why);
});
