import fc from 'fast-check';
import { partitionStep } from '../../../src/engine/tasks/partition-range.js';
import { pendingChain, type ChainRange } from '../../../src/engine/tasks/pending-chain.js';
import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import type { Registry } from '../../../src/migrations/registry.js';

/** `s` is a step of the whole database, `p` one that goes partition by partition; a flag follows a colon. */
function registryOf(steps: Readonly<Record<number, string>>): Registry {
  const migrations = Object.entries(steps).map(([number, text]) => {
    const [kind, when] = text.split(':');
    const definition = {
      kind: kind === 'p' ? 'for-each-partition' : 'sql',
      ...(when === undefined ? {} : { when }),
      ...(kind === 'p' ? { partitioned: { migrate: () => [] } } : {}),
    } as unknown as MigrationDefinition;
    return { version: Number(number), name: 'x', file: `000${number}_x.ts`, checksum: number, definition };
  });
  return { migrations };
}

const range = (version: number, more: Partial<ChainRange> = {}): ChainRange => ({
  version,
  to: undefined,
  flags: {},
  ...more,
});
const versionsOf = (registry: Registry, given: ChainRange): number[] =>
  pendingChain(registry, given).migrations.map(({ version }) => version);

describe('what is pending', () => {
  const registry = registryOf({ 1: 's', 2: 'p', 4: 's:late', 5: 'p' });

  test('are the migrations above the version, up to the one that was asked for', () => {
    expect(versionsOf(registry, range(0, { flags: { late: true } }))).toEqual([1, 2, 4, 5]);
    expect(versionsOf(registry, range(1, { to: 2 }))).toEqual([2]);
    expect(versionsOf(registry, range(5))).toEqual([]);
    expect(versionsOf(registry, range(2, { to: 2 }))).toEqual([]);
  });

  test('ends before one whose flag is off, whatever comes behind it', () => {
    const chain = pendingChain(registry, range(1));
    expect(chain.migrations.map(({ version }) => version)).toEqual([2]);
    expect(chain.gate).toMatchObject({ flag: 'late', migration: { version: 4 } });
    expect(pendingChain(registry, range(1, { to: 2 })).gate).toBeUndefined();
  });

  test.each([
    [3, /no migration has/],
    [6, /newest is 5/],
    [1, /no way back/],
  ])('is refused for the version %d from 2', (to, why) => {
    expect(() => pendingChain(registry, range(2, { to }))).toThrow(why);
  });

  test('is a chain without holes, from whatever version and with whatever flags', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 20 })),
        fc.nat(20),
        fc.func(fc.boolean()),
        (numbers, version, gated) => {
          const steps = Object.fromEntries(numbers.map((number) => [number, gated(number) ? 's:off' : 's']));
          const { migrations, gate } = pendingChain(registryOf(steps), range(version));
          const above = numbers.filter((number) => number > version).sort((a, b) => a - b);
          const expected = above.slice(0, gate === undefined ? undefined : above.indexOf(gate.migration.version));
          expect(migrations.map((migration) => migration.version)).toEqual(expected);
          expect(above.slice(0, expected.length + 1).filter((number) => gated(number))).toHaveLength(
            gate === undefined ? 0 : 1,
          );
        },
      ),
    );
  });
});

describe('what one partition can be brought to', () => {
  const stepOf = (registry: Registry, version: number, more: Partial<ChainRange> = {}): number | undefined =>
    partitionStep(registry, version, pendingChain(registry, range(version, more)))?.version;

  test('is the last of the steps that go partition by partition and come one after the other', () => {
    const registry = registryOf({ 1: 's', 2: 'p', 3: 'p', 4: 's', 5: 'p' });
    expect(stepOf(registry, 1)).toBe(3);
    expect(stepOf(registry, 1, { to: 2 })).toBe(2);
    expect(stepOf(registry, 4)).toBe(5);
  });

  test('is the newest that the database has seen, when nothing is pending or another kind is stopped at', () => {
    expect(stepOf(registryOf({ 1: 'p', 2: 's' }), 2)).toBe(1);
    expect(stepOf(registryOf({ 1: 'p', 2: 's:off' }), 1)).toBe(1);
    expect(stepOf(registryOf({ 1: 's' }), 1)).toBeUndefined();
  });

  test('is refused while a migration of another kind is next', () => {
    expect(() => stepOf(registryOf({ 1: 'p', 2: 's', 3: 'p' }), 1)).toThrow(/0002_x.ts is pending/);
  });
});
