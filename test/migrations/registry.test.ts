import fc from 'fast-check';
import { InputError, type Fault } from '../../src/errors.js';
import type { MigrationDefinition } from '../../src/migrations/definition.js';
import { createRegistry, newestVersion, type MigrationFile, type Registry } from '../../src/migrations/registry.js';

const definition: MigrationDefinition = { kind: 'sql', open: () => Promise.reject(new Error('not opened here')) };

function file(name: string, value: unknown = definition): MigrationFile {
  return { file: name, checksum: `sum of ${name}`, definition: value };
}

function faultsOf(files: readonly MigrationFile[], gaps: readonly number[] = []): readonly Fault[] {
  try {
    createRegistry(files, gaps);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.faults;
  }
}

const versionsOf = ({ migrations }: Registry): number[] => migrations.map(({ version }) => version);

describe('createRegistry', () => {
  it('takes version and name from the name of the file, in the order of the numbers', () => {
    const registry = createRegistry([file('0002_split_name.mts'), file('0001_orders2.ts')], []);
    expect(registry.migrations).toEqual([
      { version: 1, name: 'orders2', file: '0001_orders2.ts', checksum: 'sum of 0001_orders2.ts', definition },
      {
        version: 2,
        name: 'split_name',
        file: '0002_split_name.mts',
        checksum: expect.any(String) as string,
        definition,
      },
    ]);
    expect(newestVersion(registry)).toBe(2);
  });

  it('orders by number and not by text, where numbers grow beyond four digits', () => {
    const gaps = Array.from({ length: 9_998 }, (_, index) => index + 1);
    const registry = createRegistry([file('10000_b.ts'), file('9999_a.js'), file('10001_c.mjs')], gaps);
    expect(versionsOf(registry)).toEqual([9_999, 10_000, 10_001]);
  });

  it('is empty without files', () => {
    expect(newestVersion(createRegistry([], []))).toBe(0);
  });

  it.each([
    '3_split.ts',
    '003_split.ts',
    'split.ts',
    '0003.ts',
    '0003_.ts',
    '0003-split.ts',
    '0003_Split.ts',
    '0003_split name.ts',
    '0003_split.cjs',
    '0003_split.sql',
    '0003_split.ts.bak',
    'README.md',
    '0000_nothing.ts',
    '12345678901_long.ts',
  ])('refuses the name %s', (name) => {
    expect(faultsOf([file(name)]).map(({ field }) => field)).toEqual([name]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no default export', undefined, /no default export: write "export default"/],
    ['a promise', Promise.resolve(definition), /promise.*"await"/],
    ['a function', () => definition, /function.*nothing calls/],
    ['null', null, /no migration/],
    ['an object without a kind', { open: definition.open }, /no migration/],
    ['a kind that is no text', { ...definition, kind: 1 }, /no migration/],
    ['an object that cannot be opened', { kind: 'sql', open: 'no' }, /no migration/],
  ])('refuses a file with %s by default', (_, value, message) => {
    const files: MigrationFile[] = [{ file: '0001_a.ts', checksum: '', definition: value }];
    expect(faultsOf(files)).toEqual([{ field: '0001_a.ts', message: expect.stringMatching(message) as string }]);
  });

  it('refuses files of one number, each that comes after the first', () => {
    const faults = faultsOf([file('0001_c.ts'), file('0001_a.ts'), file('0001_b.ts')]);
    expect(faults.map(({ field }) => field)).toEqual(['0001_b.ts', '0001_c.ts']);
    for (const { message } of faults) expect(message).toContain('the number of 0001_a.ts');
  });

  it('refuses numbers that are left out, the first ones too, and says which', () => {
    const faults = faultsOf([file('0002_a.ts'), file('0004_b.ts'), file('0009_c.ts')], [6]);
    expect(faults.map(({ field, message }) => `${field} ${message.split(':')[0] ?? ''}`)).toEqual([
      '0002_a.ts comes after 0001, which is not there',
      '0004_b.ts comes after 0003, which is not there',
      '0009_c.ts comes after 0005, which is not there',
      '0009_c.ts comes after 0007 to 0008, which are not there',
    ]);
    expect(faults[0]?.message).toContain('"gaps: [1]"');
  });

  it('refuses a number out of reach without counting up to it', () => {
    expect(faultsOf([file('9999999999_far.ts')])).toHaveLength(1);
  });

  it('refuses a declared gap that a file fills, and lets one be declared ahead', () => {
    expect(faultsOf([file('0001_a.ts'), file('0002_b.ts')], [2, 7])).toEqual([
      { field: 'gaps', message: 'has 2, but 0002_b.ts is there: leave 2 out' },
    ]);
  });

  it('reports all faults together', () => {
    const faults = faultsOf([file('0001_a.ts', null), file('0001_b.ts'), file('0005_c.ts', 1)], [5]);
    expect(faults.map(({ field }) => field).sort()).toEqual([
      '0001_a.ts',
      '0001_b.ts',
      '0005_c.ts',
      '0005_c.ts',
      'gaps',
    ]);
  });

  it('gives the same for files in any order, and accepts exactly what is numbered and declared without gaps', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 12 });
    fc.assert(
      fc.property(
        numbers.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length }))),
        fc.uniqueArray(fc.integer({ min: 1, max: 30 })),
        ([given, shuffled], gaps) => {
          const files = (of: readonly number[]) => of.map((number) => file(`${String(number).padStart(4, '0')}_m.ts`));
          const newest = Math.max(0, ...given);
          const whole = Array.from({ length: newest }, (_, index) => index + 1);
          const fits = whole.every((number) => given.includes(number) !== gaps.includes(number));
          const faults = faultsOf(files(given), gaps);
          expect(faults.length === 0).toBe(fits);
          expect(faultsOf(files(shuffled), gaps)).toEqual(faults);
          if (!fits) return;
          const registry = createRegistry(files(shuffled), gaps);
          expect(registry).toEqual(createRegistry(files(given), gaps));
          expect(versionsOf(registry)).toEqual([...given].sort((a, b) => a - b));
        },
      ),
    );
  });
});
