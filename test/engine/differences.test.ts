import type { Ledger } from '../../src/ledger/ledger.js';
import type { AttributeValue, Item } from '../../src/stores/item.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import { runCopy, withTestLedgers } from '../support/copy-run.js';
import { putThings, storeOf, things } from './things.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const digits = '1'.repeat(37);
const special = (more: Record<string, AttributeValue>): Item => ({ id: { S: 'special' }, ...more });

/** Carries a table with this item, puts that one in its place, and validates. */
async function validated(before: Item, after: Item) {
  const stores = { source: await storeOf([...things(40), before]), target: openMemoryStore() };
  await runCopy({ stores, ledger }, { steps: ['setup', 'migrate'] });
  await putThings(stores.target, [after]);
  return await runCopy({ stores, ledger }, { steps: ['validate'] });
}

describe('an item of the target', () => {
  test.each([
    ['in one bit', { b: { B: Uint8Array.of(1, 2, 4) } }, { b: { B: Uint8Array.of(1, 2, 5) } }],
    ['in the 38th digit of a number', { n: { N: `${digits}1` } }, { n: { N: `${digits}2` } }],
    ['in the type of a value', { v: { S: '1' } }, { v: { N: '1' } }],
    ['in the order of a list', { l: { L: [{ S: 'a' }, { S: 'b' }] } }, { l: { L: [{ S: 'b' }, { S: 'a' }] } }],
    ['by an attribute that is null instead of absent', {}, { v: { NULL: true } }],
  ])('that was changed %s is found and named', async (_, before, after) => {
    const { run, tables } = await validated(special(before as never), special(after as never));
    expect(run).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
    expect(tables[0]?.verdict?.differences).toMatchObject({
      ...{ missing: 0, extra: 0, changed: 1 },
      keys: { missing: [], extra: [], changed: ['{"id":"special"}'] },
    });
    expect(run.error?.message).toContain('"special"');
  });

  test.each([
    ['the order of its attributes', { a: { S: 'x' }, b: { S: 'y' } }, { b: { S: 'y' }, a: { S: 'x' } }],
    [
      'the order of a set',
      { s: { SS: ['a', 'b'] }, n: { NS: ['1', '2'] } },
      { s: { SS: ['b', 'a'] }, n: { NS: ['2', '1'] } },
    ],
    ['the spelling of a number', { n: { N: '1.0' }, m: { N: '1E2' } }, { n: { N: '1' }, m: { N: '100' } }],
  ])('that is another in %s alone is no difference', async (_, before, after) => {
    const { run, tables } = await validated(special(before as never), special(after as never));
    expect(run).toMatchObject({ exitCode: 0 });
    expect(tables[0]?.verdict).toMatchObject({ equal: true, expectedItems: 41 });
  });
});
