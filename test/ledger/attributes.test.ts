import { AttributeReader, failure, json, number, text } from '../../src/ledger/attributes.js';
import { CorruptDataError } from '../../src/errors.js';

describe('AttributeReader', () => {
  const attributes = {
    ...{ partition: text('a1/migrate/0'), entry: text('unit 000001'), items: number(1.5), done: { BOOL: false } },
    ...{ cursor: json(null), broken: text('{'), failure: failure({ name: 'E', message: 'x'.repeat(3_000) }) },
  };
  const reader = new AttributeReader(attributes);

  test('reads what is there in its type', () => {
    expect(reader.text('entry')).toBe('unit 000001');
    expect(reader.number('items')).toBe(1.5);
    expect(reader.flag('done')).toBe(false);
    expect(reader.maybeJson('cursor')).toBeNull();
    expect(reader.maybeJson('none')).toBeUndefined();
    expect(reader.maybeMap('failure')?.text('message')).toHaveLength(2_000);
  });

  test.each<[string, () => unknown]>([
    [
      '"none" in entry "unit 000001" of partition "a1/migrate/0" of the ledger must be a string',
      () => reader.text('none'),
    ],
    ['"entry" in entry "unit 000001"', () => reader.number('entry')],
    ['must be true or false', () => reader.flag('items')],
    ['must be binary', () => reader.maybeBytes('items')],
    ['must be JSON text', () => reader.json('broken')],
    ['"none" in entry', () => reader.json('none')],
  ])('says that %s', (said, read) => {
    expect(read).toThrow(CorruptDataError);
    expect(read).toThrow(said);
  });
});
