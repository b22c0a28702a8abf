import { InputError } from '../../../src/errors.js';
import { keepOldMs } from '../../../src/migrations/rollover/rollover-options.js';
import { rollover, type RolloverOptions } from '../../../src/migrations/rollover/rollover.js';

const faultsOf = (options: object): string[] => {
  try {
    rollover(options as RolloverOptions);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.faults.map(({ field, message }) => `${field}: ${message}`);
  }
};

describe('rollover', () => {
  test('takes its options, and says what the chain must know', () => {
    const { kind, when, onRerun, leavesNothing } = rollover({ table: 'orders', when: 'new', onRerun: 'restart' });
    expect({ kind, when, onRerun, leavesNothing }).toEqual({ kind: 'rollover', when: 'new', onRerun: 'restart' });
  });

  test('refuses all that is wrong with them together', () => {
    const options = {
      ...{ table: 'or*ders', as: '', key: [], transform: 7, keepOldFor: { days: -1, weeks: 2 } },
      ...{ namesKeptMs: 4_999, index: { create: () => undefined }, store: 'other' },
    };
    expect(faultsOf(options).map((fault) => fault.slice(0, fault.indexOf(':')))).toEqual(
      expect.arrayContaining([
        ...['table', 'as', 'key', 'transform', 'keepOldFor.days', 'keepOldFor.weeks', 'namesKeptMs', 'index', 'store'],
      ]),
    );
    expect(faultsOf({})).toEqual(['table: is missing: give a string']);
    expect(faultsOf(options)).toContain('index: lacks the function index, swap, remove');
    expect(faultsOf(options)).toContain('namesKeptMs: must be 5000 to 30000 ms');
  });

  test.each([
    [
      {
        key: [
          { name: 'id', type: 'S' },
          { name: 'id', type: 'N' },
        ],
      },
      'key: names an attribute twice',
    ],
    [{ keepOldFor: { days: 3_651 } }, 'keepOldFor: must be 3650 days at most'],
    [{ keepOldFor: { hours: 1.5 } }, 'keepOldFor.hours: must be a whole number from 0'],
  ])('refuses %j', (options, fault) => {
    expect(faultsOf({ table: 'orders', ...options })).toEqual([fault]);
  });

  test.each([5_000, 30_000])('takes readers that keep names for %i ms', (namesKeptMs) => {
    expect(faultsOf({ table: 'orders', namesKeptMs })).toEqual([]);
  });

  test.each([4_999, 30_001, 5_000.5])('refuses readers that keep names for %d ms', (namesKeptMs) => {
    expect(faultsOf({ table: 'orders', namesKeptMs })).toEqual(['namesKeptMs: must be 5000 to 30000 ms']);
  });

  test('takes an index whose functions are methods of a class', () => {
    class Search {
      create(): void {}
      index(): void {}
      swap(): void {}
      remove(): void {}
    }
    expect(faultsOf({ table: 'orders', index: new Search() })).toEqual([]);
  });

  test.each([
    [undefined, 7 * 86_400_000],
    [{ days: 0 }, 0],
    [{ days: 1, hours: 2, minutes: 3 }, 93_780_000],
  ])('keeps the old table for %j', (keepOldFor, ms) => {
    expect(keepOldMs({ table: 'orders', ...(keepOldFor === undefined ? {} : { keepOldFor }) })).toBe(ms);
  });
});
