import { ulid } from 'ulid';
import { quarantineReport, quarantineText } from '../../src/cli/quarantine-report.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { putQuarantined } from '../../src/migrations/quarantine/quarantine.js';
import { itemOf } from '../engine/memory-stores.js';
import { withTestLedgers } from '../support/copy-run.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

describe('what a status says of the quarantine', () => {
  test('is nothing where nothing is in it', async () => {
    expect(await quarantineReport(ledger, undefined)).toBeUndefined();
    expect(await quarantineReport(ledger, ulid())).toBeUndefined();
  });

  test('is how many items, where they are kept, and the first of them with the reasons', async () => {
    const attempt = ulid();
    for (let id = 0; id < 12; id += 1) {
      const item = itemOf(id);
      const key = { id: item['id']! };
      await putQuarantined(ledger, attempt, { table: 'orders', unit: 0, key, item, error: new RangeError('too far') });
    }
    const report = await quarantineReport(ledger, attempt);
    expect(report).toMatchObject({ count: 12, scope: `${attempt}/quarantine` });
    const lines = quarantineText(report!).split('\n');
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe(`In quarantine, kept whole in the documents "${attempt}/quarantine" of the ledger: 12`);
    expect(lines[1]).toMatch(/^ {2}table "orders", {"id":"item-\d+"}: RangeError: too far$/);
    expect(lines.at(-1)).toBe('  … and 2 more');
  });
});
