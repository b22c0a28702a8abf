import type pg from 'pg';
import type { LibrarySize } from './library.js';

/** The rows of fillLibrary, in tables of PostgreSQL of which one refers to another. */
export async function fillLibraryTables(
  sql: Pick<pg.Pool, 'query'> | pg.Client,
  { books, readers }: LibrarySize,
): Promise<void> {
  const authors = Math.max(Math.ceil(books / 10), 1);
  await sql.query('CREATE TABLE authors (id text PRIMARY KEY, name text NOT NULL)');
  await sql.query('CREATE TABLE books (id text PRIMARY KEY, author text NOT NULL REFERENCES authors (id))');
  await sql.query('CREATE TABLE readers (id text PRIMARY KEY, age int NOT NULL)');
  await sql.query("INSERT INTO authors SELECT 'a' || n, 'Author ' || n FROM generate_series(0, $1 - 1) n", [authors]);
  await sql.query("INSERT INTO books SELECT 'b' || n, 'a' || n % $2 FROM generate_series(0, $1 - 1) n", [
    books,
    authors,
  ]);
  await sql.query("INSERT INTO readers SELECT 'r' || n, n % 90 FROM generate_series(0, $1 - 1) n", [readers]);
}
