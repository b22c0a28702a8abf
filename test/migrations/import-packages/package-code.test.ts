import type { Ledger } from '../../../src/ledger/ledger.js';
import type { PackageEntry, PackageToImport } from '../../../src/migrations/import-packages/packages.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { books, bytes, entriesIn } from './library.js';
import { libraryStores, tablesOf, upLibrary } from './library-run.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const size = { books: 20, readers: 5 };
const entry = { partition: bytes('p'), key: bytes('k'), value: bytes('v') };

/** The library with this code in the place of the readers' own; as if its author had no types. */
async function runWith(migrate: unknown) {
  const stores = await libraryStores(size);
  const readers = { name: 'readers', tables: ['readers'], migrate } as PackageToImport;
  const run = await upLibrary(stores, { ledger, options: { packages: [books, readers] } });
  return { stores, run };
}

describe("a package's code", () => {
  test.each<[string, unknown, string]>([
    ['gives nothing, as it does not return its generator', () => undefined, 'migrate gave undefined'],
    ['gives a promise of entries', () => Promise.resolve([entry]), 'migrate gave object'],
    ['gives what is no entry', () => [undefined], 'partition must be a Uint8Array, it is undefined'],
    ['gives text', () => [{ ...entry, value: 'text' }], 'value must be a Uint8Array, it is string'],
    ['gives too long a key', () => [{ ...entry, key: new Uint8Array(1_024) }], 'at most 1023 bytes each'],
    ['gives too large an entry', () => [{ ...entry, value: new Uint8Array(500_000) }], 'has 500002 bytes'],
    ['throws half way', throwing, 'Error: no more of this'],
  ])('that %s fails the run, and is named with its rows', async (_what, migrate, told) => {
    const { stores, run } = await runWith(migrate);
    expect(run).toMatchObject({ exitCode: 3, error: { name: 'UnitsFailedError' } });
    expect(run.error?.message).toMatch(
      /package "readers" cannot migrate 5 rows of table "readers" from {"id":"r\d"} on/,
    );
    expect(run.error?.message).toContain(told);
    expect(await tablesOf(stores.sql)).toEqual(['authors', 'books', 'readers']);
  });

  test('may use one buffer for all of its entries', async () => {
    const value = new Uint8Array(1);
    const { stores, run } = await runWith(function* (rows: readonly unknown[]): Iterable<PackageEntry> {
      for (const [index] of rows.entries()) {
        value[0] = 'a'.charCodeAt(0) + index;
        yield { partition: bytes('readers'), key: bytes(String(index)), value };
      }
    });
    expect(run).toMatchObject({ exitCode: 0 });
    const values = (await entriesIn(stores.kv)).filter((line) => line.startsWith('/readers'));
    expect(values.map((line) => line.at(-1))).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('that gives other entries each time is found', async () => {
    let asked = 0;
    const { stores, run } = await runWith(() => [{ ...entry, value: bytes(String(asked++)) }]);
    expect(run).toMatchObject({ exitCode: 1, error: { message: expect.stringContaining('1 changed') } });
    expect(await tablesOf(stores.sql)).toEqual(['authors', 'books', 'readers']);
  });

  test('that gives an entry of another package is found', async () => {
    const { run } = await runWith(() => [{ partition: bytes('authors'), key: bytes('a0'), value: bytes('mine') }]);
    expect(run).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
  });
});

function* throwing(): Iterable<PackageEntry> {
  yield entry;
  throw new Error('no more of this');
}
