import { importPackages } from '../../../src/migrations/import-packages/import-packages.js';
import type { ImportPackagesOptions } from '../../../src/migrations/import-packages/packages.js';
import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import type { Registry } from '../../../src/migrations/registry.js';
import type { Item } from '../../../src/stores/item.js';
import type { KeyColumn, Store } from '../../../src/stores/store.js';
import { books, readers } from './library-packages.js';

/** A small library in tables: books with their authors belong to one package, readers to another. */
export interface LibrarySize {
  readonly books: number;
  readonly readers: number;
}

export { books, bytes, readers } from './library-packages.js';

export function libraryDefinition(options: Partial<ImportPackagesOptions> = {}): MigrationDefinition {
  return importPackages({ packages: [books, readers], to: { store: 'kv', table: 'library' }, ...options });
}

/** The migration, alone in a registry, as version 1. */
export function libraryRegistry(options: Partial<ImportPackagesOptions> = {}): Registry {
  const definition = libraryDefinition(options);
  return { migrations: [{ version: 1, name: 'to_kv', file: '0001_to_kv.ts', checksum: 'one', definition }] };
}

const id: readonly KeyColumn[] = [{ name: 'id', type: 'S' }];

export async function fillLibrary(store: Store, { books, readers }: LibrarySize): Promise<void> {
  const authors = Math.max(Math.ceil(books / 10), 1);
  await fill(
    store,
    'authors',
    numbered(authors, (n) => ({ id: { S: `a${n}` }, name: { S: `Author ${n}` } })),
  );
  await fill(
    store,
    'books',
    numbered(books, (n) => ({ id: { S: `b${n}` }, author: { S: `a${n % authors}` } })),
  );
  await fill(
    store,
    'readers',
    numbered(readers, (n) => ({ id: { S: `r${n}` }, age: { N: String(n % 90) } })),
  );
}

function numbered(count: number, make: (n: number) => Item): Item[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

export async function fill(store: Store, name: string, items: readonly Item[]): Promise<void> {
  const description = { name, identity: '', key: id, origin: { engine: 'memory' as const, metadata: null } };
  for (;;) if ((await store.create(description)).ready) break;
  const writer = store.writer(name, { unit: 0, position: 0 });
  await writer.write(items);
  await writer.flush();
}

/** Every entry of the key-value store's table, as text. */
export async function entriesIn(store: Store, table = 'library'): Promise<string[]> {
  const entries: string[] = [];
  for (const segment of await store.split(table, 1))
    for await (const { items } of store.read(segment))
      for (const { partition, key, value } of items) entries.push([partition, key, value].map(readable).join(' | '));
  return entries.sort();
}

function readable(value: Item[string] | undefined): string {
  return value !== undefined && 'B' in value ? Buffer.from(value.B).toString() : '?';
}

/** What the entries must be, made by the packages from the same rows. */
export function expectedEntries({ books, readers }: LibrarySize): string[] {
  const authors = Math.max(Math.ceil(books / 10), 1);
  const at = (partition: string, key: string, value: string): string => `/${partition} | /${key} | ${value}`;
  return [
    ...Array.from({ length: authors }, (_, n) => at('authors', `a${n}`, `Author ${n}`)),
    ...Array.from({ length: books }, (_, n) => [
      at('books', `b${n}`, `b${n} by Author ${n % authors}`),
      at(`author/a${n % authors}`, `b${n}`, ''),
    ]).flat(),
    ...Array.from({ length: readers }, (_, n) =>
      at('readers', `r${n}`, JSON.stringify({ id: { S: `r${n}` }, age: { N: String(n % 90) } })),
    ),
  ].sort();
}
