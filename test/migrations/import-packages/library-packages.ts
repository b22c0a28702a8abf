import type { PackageToImport } from '../../../src/migrations/import-packages/packages.js';
import type { Item } from '../../../src/stores/item.js';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (item: Item | undefined, name: string): string => (item?.[name] as { S: string } | undefined)?.S ?? '';

/** Each book becomes an entry with its author's name in it, and one more that finds it by its author. */
export const books: PackageToImport = {
  name: 'books',
  tables: ['authors', 'books'],
  async *migrate(rows, { table, get }) {
    if (table === 'authors') {
      for (const row of rows)
        yield { partition: bytes('authors'), key: bytes(textOf(row, 'id')), value: bytes(textOf(row, 'name')) };
      return;
    }
    const authors = await get(
      'authors',
      rows.map((row) => ({ id: { S: textOf(row, 'author') } })),
    );
    for (const [index, row] of rows.entries()) {
      const [id, author] = [textOf(row, 'id'), textOf(row, 'author')];
      yield { partition: bytes('books'), key: bytes(id), value: bytes(`${id} by ${textOf(authors[index], 'name')}`) };
      yield { partition: bytes(`author/${author}`), key: bytes(id), value: new Uint8Array() };
    }
  },
};

export const readers: PackageToImport = {
  name: 'readers',
  tables: ['readers'],
  *migrate(rows) {
    for (const row of rows)
      yield { partition: bytes('readers'), key: bytes(textOf(row, 'id')), value: bytes(JSON.stringify(row)) };
  },
};
