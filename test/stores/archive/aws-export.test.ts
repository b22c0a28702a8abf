import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, TableNotFoundError } from '../../../src/errors.js';
import { openArchiveStore } from '../../../src/stores/archive/archive-store.js';
import { md5Base64 } from '../../../src/stores/archive/manifests.js';
import type { Item } from '../../../src/stores/item.js';
import type { KeyColumn, Store } from '../../../src/stores/store.js';
import { all } from './all.js';

const fixture = join(import.meta.dirname, 'fixtures/product-catalog');
const exportId = '01234567890123-a1b2c3d4';
const key: readonly KeyColumn[] = [{ name: 'Id', type: 'N' }];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carryover-export-'));
  await cp(join(fixture, 'AWSDynamoDB'), join(folder, 'AWSDynamoDB'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function open(path = folder, withKey = true): Store {
  const location = `archive:${path}`;
  return openArchiveStore({
    place: { kind: 'disk', path },
    location,
    requestTimeoutMs: 5_000,
    ...(withKey ? { key } : {}),
  });
}

async function readAll(store: Store, table: string, parts = 4): Promise<Item[]> {
  const items: Item[] = [];
  for (const segment of await store.split(table, parts)) {
    for await (const page of store.read(segment)) items.push(...page.items);
  }
  return items;
}

async function changeSummary(change: object): Promise<void> {
  const file = join(folder, 'AWSDynamoDB', exportId, 'manifest-summary.json');
  const body = Buffer.from(JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...change }));
  await writeFile(file, body);
  await writeFile(file.replace('.json', '.md5'), md5Base64(body));
}

describe('an export that AWS made', () => {
  test('is the table that its manifest names, with every item as it was exported', async () => {
    expect(await all(open().tables())).toEqual(['ProductCatalog']);
    const items = await readAll(open(), 'ProductCatalog');
    expect(items.map((item) => item['Id'])).toEqual(
      ['101', '102', '103', '201', '202', '203', '204', '205'].map((N) => ({ N })),
    );
    expect(items[2]).toEqual({
      Authors: { SS: ['Author1', 'Author2'] },
      Dimensions: { S: '8.5 x 11.0 x 1.5' },
      ISBN: { S: '333-3333333333' },
      Id: { N: '103' },
      InPublication: { BOOL: false },
      PageCount: { N: '600' },
      Price: { N: '2000' },
      ProductCategory: { S: 'Book' },
      Title: { S: 'Book 103 Title' },
    });
  });

  test.each([
    ['the folder of the export itself', () => join(folder, 'AWSDynamoDB', exportId)],
    ['the folder above AWSDynamoDB', () => folder],
    ['a folder of such folders', () => join(folder, 'above')],
  ])('is read from %s', async (_title, path) => {
    await cp(fixture, join(folder, 'above', 'catalogue'), { recursive: true });
    expect(await all(open(path()).tables())).toEqual(['ProductCatalog']);
    expect(await readAll(open(path()), 'ProductCatalog')).toHaveLength(8);
  });

  test('is described with the key that the URL names and the count of its manifest', async () => {
    expect(await open().describe('ProductCatalog')).toEqual({
      name: 'ProductCatalog',
      identity: exportId,
      key,
      items: 8,
      origin: {
        engine: 'archive',
        metadata: {
          exportArn: `arn:aws:dynamodb:us-east-1:123456789012:table/ProductCatalog/export/${exportId}`,
          exportTime: '2020-11-04T07:28:34.028Z',
        },
      },
    });
  });

  test('is refused without a key, saying how to name it', async () => {
    await expect(open(folder, false).describe('ProductCatalog')).rejects.toThrow(/\?key=pk:S,sk:N/);
  });

  test('is not read with a key that its items do not have', async () => {
    const wrong = openArchiveStore({
      place: { kind: 'disk', path: folder },
      location: 'archive:test',
      requestTimeoutMs: 5_000,
      key: [...key, { name: 'ISBN', type: 'S' }],
    });
    await expect(readAll(wrong, 'ProductCatalog')).rejects.toThrow(
      /gkes5o3lnrhoznhnkyax3hxvya\.json\.gz, line 1: the item has no "ISBN" of type S, which \?key= names/,
    );
  });

  test.each([
    [{ outputFormat: 'ION' }, /format ION; only exports in DYNAMODB_JSON/],
    [{ exportType: 'INCREMENTAL_EXPORT' }, /INCREMENTAL_EXPORT; only a FULL_EXPORT/],
  ])('is refused when it is another kind of export: %p', async (change, message) => {
    await changeSummary(change);
    await expect(open().describe('ProductCatalog')).rejects.toThrow(InputError);
    await expect(open().describe('ProductCatalog')).rejects.toThrow(message);
    await expect(open().split('ProductCatalog', 1)).rejects.toThrow(message);
  });

  test('is refused while it is incomplete, naming what is missing', async () => {
    await rm(join(folder, 'AWSDynamoDB', exportId, 'manifest-summary.json'));
    await expect(all(open().tables())).rejects.toThrow(/manifest-summary\.json is missing/);
  });

  test('is refused where a second export of the same table lies beside it, naming both', async () => {
    const other = '01234567890999-ffffffff';
    await cp(join(folder, 'AWSDynamoDB', exportId), join(folder, 'AWSDynamoDB', other), { recursive: true });
    await expect(all(open().tables())).rejects.toThrow(`2 exports of it are in archive:${folder}`);
    await expect(open().describe('ProductCatalog')).rejects.toThrow(other);
    expect(await readAll(open(join(folder, 'AWSDynamoDB', other)), 'ProductCatalog')).toHaveLength(8);
  });

  test('lies beside an export of another table', async () => {
    const other = '01234567890999-ffffffff';
    await cp(join(folder, 'AWSDynamoDB', exportId), join(folder, 'AWSDynamoDB', other), { recursive: true });
    await changeSummary({ tableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/Forum' });
    expect((await all(open().tables())).sort()).toEqual(['Forum', 'ProductCatalog']);
    expect((await open().describe('Forum')).identity).toBe(exportId);
    expect((await open().describe('ProductCatalog')).identity).toBe(other);
  });

  test('was made into a prefix that its manifest still names after it was copied elsewhere', async () => {
    const file = join(folder, 'AWSDynamoDB', exportId, 'manifest-files.json');
    const body = Buffer.from((await readFile(file, 'utf8')).replaceAll('"AWSDynamoDB/', '"2020-Nov/AWSDynamoDB/'));
    await writeFile(file, body);
    await writeFile(file.replace('.json', '.md5'), md5Base64(body));
    expect(await readAll(open(), 'ProductCatalog')).toHaveLength(8);
  });

  test('may have its checksums under the name that the documentation gives them', async () => {
    const summary = join(folder, 'AWSDynamoDB', exportId, 'manifest-summary');
    await rename(`${summary}.md5`, `${summary}.checksum`);
    expect(await readAll(open(), 'ProductCatalog')).toHaveLength(8);
    await writeFile(`${summary}.checksum`, md5Base64(Buffer.from('another')));
    await expect(all(open().tables())).rejects.toThrow(/manifest-summary\.json does not have the checksum/);
  });

  test('is never written into and never dropped', async () => {
    const writer = open().writer('ProductCatalog', { unit: 0, position: 1 });
    await expect(writer.write([{ Id: { N: '1' } }])).rejects.toThrow(InputError);
    await expect(open().drop('ProductCatalog')).rejects.toThrow(/never drops/);
    const catalogue = join(folder, 'all');
    await mkdir(catalogue);
    await rename(join(folder, 'AWSDynamoDB'), join(folder, 'AWS'));
    await cp(fixture, join(catalogue, 'ProductCatalog'), { recursive: true });
    const description = {
      name: 'ProductCatalog',
      identity: '',
      key,
      origin: { engine: 'memory', metadata: {} },
    } as const;
    await expect(open(catalogue).create(description)).rejects.toThrow(/did not write; move it away/);
    expect((await open(catalogue).preflight(description, 'target')).faults).toEqual([
      { field: 'table "ProductCatalog"', message: expect.stringContaining('move it away') },
    ]);
    expect(await readAll(open(catalogue), 'ProductCatalog')).toHaveLength(8);
  });

  test("is not listed when it is one of Carryover's own table", async () => {
    await changeSummary({ tableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/carryover' });
    expect(await all(open().tables())).toEqual([]);
    await expect(open().describe('carryover')).rejects.toThrow(TableNotFoundError);
  });

  test('is not found under another name', async () => {
    await expect(open().describe('productcatalog')).rejects.toThrow(TableNotFoundError);
    expect(await open().drop('productcatalog')).toBe(true);
  });
});
