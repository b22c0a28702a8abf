import { DynamoDBClient, ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { readFileSync } from 'node:fs';
import type { Ledger } from '../../src/ledger/ledger.js';
import { claimOf, openTestLedger, type SetClock, type TestLedger } from './test-ledger.js';

/** docs/ledger.md promises its reader what stands in the table; here it is compared with a real one. */
const page = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8');

let context: TestLedger;
let entries: Record<string, unknown>[];

beforeAll(async () => {
  context = await openTestLedger();
  await record(context.ledger, context.clock);
  const client = new DynamoDBClient({ region: 'eu-central-1', endpoint: context.endpoint });
  const { Items = [] } = await client.send(new ScanCommand({ TableName: context.table }));
  client.destroy();
  entries = Items.map(asConsoleShows);
});

afterAll(() => context.stop());

async function record(ledger: Ledger, clock: SetClock): Promise<void> {
  const run = 'copy-20261102-080000';
  const input = { copy: { from: 'orders-old', to: 'orders-new', tables: ['*'] } };
  await ledger.startRun({ run, input, who: 'anna', where: 'laptop-7', startedAt: '2026-11-02T08:00:00.000Z' });
  await ledger.changeRun(run, { step: 'validate', attempt: '01K90Y3', token: 7, generation: 1, redrives: 1 });
  const failure = { name: 'UnitsFailedError', message: '1 of 4 units failed', step: 'judge' };
  const endedAt = '2026-11-02T08:14:09.000Z';
  const startedAt = clock.time;
  clock.time = Date.parse(endedAt);
  await ledger.changeRun(run, { status: 'failed', exitCode: 3, endedAt, error: failure });
  clock.time = startedAt;
  await ledger.putDocument('01K90Y3', 'group/orders', { first: 0, count: 4 });
  const work = { table: 'orders', index: 1, range: { segment: 1, total: 4 } };
  await ledger.planUnits('01K90Y3/migrate', [{ unit: 1, table: 'orders', work }]);
  const claim = claimOf(clock, 7, '01K90Y3M');
  const { unit } = await ledger.claim('01K90Y3/migrate', 1, claim);
  clock.time += 2_000;
  await ledger.checkpoint(unit, claim, {
    cursor: { at: { id: { S: 'o-1187' } }, position: 3 },
    items: 2_950,
    sizeBytes: 840_750,
    usage: { requests: 121, readUnits: 103, writeUnits: 2_950 },
    digest: Uint8Array.of(1, 1, 0),
    failure: { name: 'ItemRefusedError', message: 'item {"id":"o-1188"} has 412,000 bytes; the target takes 409,600' },
    done: false,
    revision: 12,
  });
}

/** Plain values, as the console's form shows them; write ids are random, and told as such. */
function asConsoleShows(item: Record<string, AttributeValue>): Record<string, unknown> {
  const shown = Object.entries(item).map(
    ([name, value]) => [name, name === 'write' ? '(an id)' : plain(value)] as const,
  );
  return Object.fromEntries(shown.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function plain(value: AttributeValue): unknown {
  if (value.N !== undefined) return Number(value.N);
  if (value.B !== undefined) return `(${value.B.byteLength} bytes)`;
  if (value.M !== undefined) return asConsoleShows(value.M);
  return value.S ?? value.BOOL;
}

const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(
  ([, text = '']) => JSON.parse(text) as Record<string, unknown>,
);

test('docs/ledger.md shows each kind of entry as it is in the table', () => {
  const sorted = (all: readonly Record<string, unknown>[]) =>
    all.toSorted((a, b) => (String(a['partition']) < String(b['partition']) ? -1 : 1));
  expect(sorted(examples)).toEqual(sorted(entries));
});

test('docs/ledger.md explains every attribute', () => {
  const explained = new Set([...page.matchAll(/^\| `([^|]*)` \|/gm)].flatMap(([, names = '']) => names.split('`, `')));
  for (const entry of entries) expect(Object.keys(entry).filter((name) => !explained.has(name))).toEqual([]);
});
