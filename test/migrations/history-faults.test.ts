import fc from 'fast-check';
import type { MigrationDefinition } from '../../src/migrations/definition.js';
import { historyFaults, type PastVersion } from '../../src/migrations/history-faults.js';
import { createRegistry, type Registry } from '../../src/migrations/registry.js';

const definition: MigrationDefinition = { kind: 'sql', open: () => Promise.reject(new Error('not opened here')) };
const fileOf = (version: number): string => `${String(version).padStart(4, '0')}_m${version}.ts`;
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

function registryOf(versions: readonly number[]): Registry {
  const files = versions.map((version) => ({ file: fileOf(version), checksum: `sum ${version}`, definition }));
  return createRegistry(
    files,
    range(1, Math.max(0, ...versions)).filter((version) => !versions.includes(version)),
  );
}

function applied(version: number, changed: Partial<PastVersion> = {}): PastVersion {
  return { version, name: `m${version}`, how: 'applied', checksum: `sum ${version}`, ...changed };
}

const five = registryOf(range(1, 5));
const fields = (...args: Parameters<typeof historyFaults>): string[] =>
  historyFaults(...args).map(({ field }) => field);

describe('historyFaults', () => {
  it('finds none in a database that is new, or anywhere on the way, or at the end', () => {
    for (const version of range(0, 5)) {
      const history = range(1, version).map((number) => applied(number));
      expect(historyFaults(five, history, version, 0, [])).toEqual([]);
    }
  });

  it('refuses a file that changed since it was applied, and says how to mean it', () => {
    const history = [applied(1), applied(2, { checksum: 'another' })];
    const [fault, ...others] = historyFaults(five, history, 2, 0, []);
    expect(others).toEqual([]);
    expect(fault?.field).toBe('0002_m2.ts');
    expect(fault?.message).toContain('--accept-changed 2');
    expect(historyFaults(five, history, 2, 0, [2])).toEqual([]);
  });

  it('accepts no more than what changed and was applied', () => {
    const history = [applied(1), applied(2, { checksum: 'another' }), applied(3, { how: 'stamped', checksum: 'old' })];
    expect(historyFaults(five, history, 3, 0, [2, 1, 3, 4, 9])).toEqual([
      { field: 'up.acceptChanged', message: 'names 1, but 0001_m1.ts is what was applied: leave it out' },
      { field: 'up.acceptChanged', message: 'names 3, which was not applied to this database: leave it out' },
      { field: 'up.acceptChanged', message: 'names 4, which was not applied to this database: leave it out' },
      { field: 'up.acceptChanged', message: 'names 9, which was not applied to this database: leave it out' },
    ]);
  });

  it('does not ask whether a file changed that never ran here', () => {
    const history = range(1, 3).map((version) => applied(version, { how: 'baseline', checksum: 'another' }));
    expect(historyFaults(five, history, 3, 3, [])).toEqual([]);
  });

  it('names applied migrations whose files are gone, and lets the oldest ones go', () => {
    const history = range(1, 5).map((version) => applied(version));
    expect(historyFaults(registryOf([2, 3, 5]), history, 5, 0, [])).toEqual([
      { field: '0004_m4', message: expect.stringContaining('put 0004_m4.ts back') as string },
    ]);
  });

  it('refuses a database that has not run all files that were removed before the first one', () => {
    const registry = registryOf([4, 5]);
    const upTo = (version: number, how: PastVersion['how'] = 'applied'): PastVersion[] =>
      range(1, version).map((number) => applied(number, { how }));
    expect(historyFaults(registry, upTo(2), 2, 0, [])).toEqual([
      {
        field: 'database',
        message:
          'has the version 2, but the oldest migration of this code is 0004_m4.ts, and files before it were removed: run the code that still has the removed files up to version 3 first',
      },
    ]);
    for (const version of range(3, 5)) expect(historyFaults(registry, upTo(version), version, 0, [])).toEqual([]);
    expect(fields(registry, [applied(2, { how: 'stamped' })], 2, 2, [])).toEqual(['database']);
  });

  it('lets a database begin at the first file where nothing says that there were others', () => {
    const registry = registryOf([4, 5]);
    expect(historyFaults(registry, [], 0, 0, [])).toEqual([]);
    expect(historyFaults(registry, [applied(2, { how: 'baseline', name: '' })], 2, 2, [])).toEqual([]);
  });

  it('runs no chain from a version whose next file was removed, whatever is', () => {
    const cases = fc.record({
      newest: fc.integer({ min: 1, max: 8 }),
      removed: fc.nat(),
      at: fc.nat(),
      adopted: fc.nat(),
    });
    fc.assert(
      fc.property(cases, ({ newest, removed, at, adopted }) => {
        const first = 1 + (removed % newest);
        const version = 1 + (at % newest);
        const baseline = adopted % (version + 1);
        const history = range(Math.max(baseline, 1), version).map((number) =>
          applied(number, number === baseline ? { how: 'stamped' } : {}),
        );
        const found = fields(registryOf(range(first, newest)), history, version, baseline, []);
        expect(found).toEqual(version + 1 < first ? ['database'] : []);
      }),
    );
  });

  it('names migrations that were added below the current version, but not below the baseline', () => {
    const [fault, ...others] = historyFaults(five, [applied(3)], 4, 2, []);
    expect(others).toEqual([]);
    expect(fault).toEqual({
      field: '0004_m4.ts',
      message: expect.stringContaining('give it the next number, 0006') as string,
    });
    expect(fields(five, [applied(3)], 3, undefined, [])).toEqual(['0001_m1.ts', '0002_m2.ts']);
  });

  it('refuses a database newer than the code, and names what the code does not have', () => {
    const history = range(1, 5).map((version) => applied(version));
    const [fault, ...others] = historyFaults(registryOf([1, 2, 3]), history, 5, 0, []);
    expect(others).toEqual([]);
    expect(fault?.field).toBe('database');
    expect(fault?.message).toContain(
      'has the version 5 (0004_m4, 0005_m5), but the newest migration of this code is 3',
    );
    expect(fields(registryOf([]), [], 1, 1, [])).toEqual(['database']);
  });

  it('disregards entries above the version, which a run left that was cut short or a backup undid', () => {
    const history = [
      ...range(1, 3).map((version) => applied(version)),
      applied(4, { checksum: 'another' }),
      applied(6),
    ];
    expect(historyFaults(five, history, 3, 0, [])).toEqual([]);
  });

  it('reports all faults together', () => {
    const history = [applied(1, { checksum: 'x' }), applied(3), applied(6)];
    const found = fields(registryOf([1, 2, 4, 5]), history, 6, 0, [5]).sort();
    expect(found).toEqual(
      ['0001_m1.ts', '0002_m2.ts', '0003_m3', '0004_m4.ts', '0005_m5.ts', 'database', 'up.acceptChanged'].sort(),
    );
  });

  it('finds none exactly where the history is the beginning of the chain above the baseline', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 6 }),
        fc.nat({ max: 6 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 6 })),
        fc.uniqueArray(fc.integer({ min: 1, max: 6 })),
        (version, baseline, ran, changed) => {
          const history = ran.map((number) => applied(number, changed.includes(number) ? { checksum: 'other' } : {}));
          const fits =
            range(baseline + 1, version).every((number) => ran.includes(number)) &&
            ran.every((number) => number > version || !changed.includes(number));
          expect(fields(registryOf(range(1, 6)), history, version, baseline, []).length === 0).toBe(fits);
        },
      ),
    );
  });
});
