import fc from 'fast-check';
import type { Json } from '../../src/json.js';
import { mostDocumentBytes } from '../../src/ledger/dynamodb-ledger-documents.js';
import { openTestLedger, type TestLedger } from './test-ledger.js';

let context: TestLedger;

beforeAll(async () => {
  context = await openTestLedger();
});

afterAll(() => context.stop());

async function named(scope: string, prefix: string): Promise<[string, Json][]> {
  const found: [string, Json][] = [];
  for await (const { name, body } of context.ledger.documents(scope, prefix)) found.push([name, body]);
  return found;
}

describe('documents', () => {
  test('come back as they were put, and only under their own scope and name', async () => {
    const { ledger } = context;
    await ledger.putDocument('a1', 'attempt', { token: 3, tables: ['orders'] });
    expect(await ledger.document('a1', 'attempt')).toEqual({ token: 3, tables: ['orders'] });
    expect(await ledger.document('a1', 'other')).toBeUndefined();
    expect(await ledger.document('a2', 'attempt')).toBeUndefined();
  });

  test('tell null from absence', async () => {
    await context.ledger.putDocument('a1', 'nothing', null);
    expect(await context.ledger.document('a1', 'nothing')).toBeNull();
  });

  test('are replaced, also by several writers at once', async () => {
    const { ledger } = context;
    for (const body of [1, 2]) await ledger.putDocument('a1', 'changing', body);
    expect(await ledger.document('a1', 'changing')).toBe(2);
    await Promise.all([3, 4, 5].map((body) => ledger.putDocument('a1', 'changing', body)));
    expect([3, 4, 5]).toContain(await ledger.document('a1', 'changing'));
  });

  test('hold any JSON under any name', async () => {
    const { ledger } = context;
    const name = fc.oneof(fc.constantFrom('', ' ', '__proto__', 'document ', '#/%'), fc.string({ unit: 'grapheme' }));
    await fc.assert(
      fc.asyncProperty(name, fc.jsonValue(), async (one, body) => {
        await ledger.putDocument('any', one, body as Json);
        expect(JSON.stringify(await ledger.document('any', one))).toBe(JSON.stringify(body));
      }),
      { numRuns: 50 },
    );
  });

  test('are listed by prefix in the order of their names, over many pages', async () => {
    const { ledger } = context;
    const large = 'x'.repeat(290_000);
    const names = Array.from({ length: 8 }, (_, at) => `group/t${at}`);
    for (const name of names.toReversed()) await ledger.putDocument('a3', name, { name, large });
    await ledger.putDocument('a3', 'groups', 'not one of them');
    expect(await named('a3', 'group/')).toEqual(names.map((name) => [name, { name, large }]));
    expect(await named('a3', '')).toHaveLength(9);
    expect(await named('a3', 'none')).toEqual([]);
  });

  test('may have 300 KB of JSON and no more', async () => {
    const { ledger } = context;
    const largest = 'é'.repeat((mostDocumentBytes - 2) / 2);
    await ledger.putDocument('a4', 'largest', largest);
    expect(await ledger.document('a4', 'largest')).toBe(largest);
    await expect(ledger.putDocument('a4', 'larger', `${largest}.`)).rejects.toThrow('"larger" of a4 has 307201 bytes');
    expect(await ledger.document('a4', 'larger')).toBeUndefined();
  });
});
