/** What `carryover new` writes for each kind: a migration that loads as it is, with the names to be replaced. */
export const migrationTemplates = {
  'copy-tables': `import { copyTables } from 'carryover';

/**
 * Carries tables from one declared store to another, every item of them, and validates what came of it. Name your own
 * stores and tables.
 */
export default copyTables({
  from: 'old',
  to: 'main',
  tables: ['customers', 'orders'],
  changes: {
    customers: {
      // What an item becomes: another one, several, or undefined to leave it out. The same for the same item, always.
      transform: (item) => ({ ...item, source: { S: 'old' } }),
    },
  },
});
`,
  'for-each-partition': `import { forEachPartition } from 'carryover';

/** Brings each tenant to the next version. What migrate() has done already it may be called for again. */
export default forEachPartition({
  // Without this line: the tenants that the service registered with registerPartition().
  partitions: () => ['acme', 'globex'],

  async *migrate(tenant, context, from) {
    // Read and write what belongs to this tenant: context.database, context.openStore(…), context.openKeyValueStore(…).
    // After each piece of a large tenant, when it is durable, yield from where to go on after a crash or a time-out.
    yield { cursor: from ?? tenant, items: 0 };
  },

  // One tenant first, then twenty, then all: a failure keeps the next wave from being begun.
  waves: [1, 20, 'all'],
});
`,
  sql: `import { sql } from 'carryover';

/** PostgreSQL: the statements run in one transaction, all of them or none. */
export default sql({
  statements: ['ALTER TABLE customers ADD COLUMN language text'],
});
`,
  rollover: `import { rollover } from 'carryover';

/**
 * Builds a new table beside the live one, fills and validates it, and then makes it the live one. Readers find the live
 * one with activeTable() of carryover/versions.
 */
export default rollover({
  table: 'orders',
  // What an item becomes. The same for the same item, always.
  transform: (item) => item,
});
`,
  'import-packages': `import { importPackages, type Item } from 'carryover';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The text in a column of a row. */
function text(row: Item, column: string): string {
  const value = row[column];
  if (value !== undefined && 'S' in value) return value.S;
  throw new TypeError('a row has no text in the column ' + column);
}

/**
 * Takes the packages of the service out of their SQL tables into its key-value store, which openKeyValueStore() of
 * carryover/kv opens. Once the version is written, the tables are dropped. Name your own packages, tables and store.
 */
export default importPackages({
  packages: [
    {
      name: 'users',
      tables: ['users'],
      // What rows become. The same for the same row, always.
      migrate: (rows) =>
        rows.map((row) => ({
          partition: bytes('users'),
          key: bytes(text(row, 'email')),
          value: bytes(JSON.stringify({ name: text(row, 'name') })),
        })),
    },
    {
      name: 'orders',
      tables: ['orders', 'order_lines'],
      // One call has rows of one table.
      migrate: (rows, { table }) =>
        rows.map((row) => ({
          partition: bytes(table),
          key: bytes(text(row, 'id')),
          value: bytes(JSON.stringify({ customer: text(row, 'customer') })),
        })),
    },
  ],
  // The key-value store: a table of a declared store.
  to: { store: 'new', table: 'key_values' },
  // Add the line below to export the entries into an archive first, and to validate them there: the name of a store.
  // via: 'archive',
});
`,
} as const;

export type MigrationKind = keyof typeof migrationTemplates;

export const migrationKinds = Object.keys(migrationTemplates) as MigrationKind[];
