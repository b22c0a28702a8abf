import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import type { Migration } from '../../../src/migrations/migration.js';
import type { Registry } from '../../../src/migrations/registry.js';
import { noUsage, type Store } from '../../../src/stores/store.js';
import { createEmpty, itemOf, itemsOf } from '../memory-stores.js';

/** What may go wrong in a step, asked before each of its writes. */
export type Fails = (version: number) => void;

/** A registry of steps, each of which writes the item of its number into the table `marks` of the store `database`. */
export function markingSteps(
  versions: readonly number[],
  fails: Fails = () => undefined,
  more: Partial<MigrationDefinition> = {},
): Registry {
  return { migrations: versions.map((version) => registered(version, marking(fails, more))) };
}

export function registered(version: number, definition: MigrationDefinition, checksum = `sum-${version}`) {
  const file = `${String(version).padStart(4, '0')}_mark.ts`;
  return { version, name: 'mark', file, checksum, definition };
}

export function marking(fails: Fails, more: Partial<MigrationDefinition> = {}): MigrationDefinition {
  return {
    kind: 'marking',
    ...more,
    async open({ version, openStore, database }) {
      return migrationOf(version, await openStore(database), fails);
    },
  };
}

function migrationOf(version: number, store: Store, fails: Fails): Migration {
  return {
    forecast: () => Promise.resolve({ faults: [], warnings: [], tables: [], drops: [], notes: [`marks ${version}`] }),
    async *setup() {
      if (version === 1) await createEmpty(store, 'marks');
      yield { group: { table: 'marks', restart: false, plan: () => Promise.resolve([version]) } };
    },
    async *migrate(unit, _from, context) {
      fails(version);
      const fence = context.fenceFor(store);
      const writer = store.writer('marks', { unit: unit.unit, position: 0, fence });
      await writer.write([itemOf(version)]);
      await writer.flush();
      yield { cursor: 1, items: 1, sizeBytes: 1, usage: noUsage };
    },
    async *expects() {
      // Nothing is compared.
    },
    async *complete() {
      // Nothing is to be added.
    },
    cleanup: () => Promise.resolve(true),
  };
}

/** The numbers of the steps that marked the store. */
export async function marksOf(store: Store): Promise<number[]> {
  const items = await itemsOf(store, 'marks');
  return items.map(({ id }) => Number((id as { S: string }).S.slice('item-'.length))).sort((a, b) => a - b);
}
