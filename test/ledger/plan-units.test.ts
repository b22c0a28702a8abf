import { setImmediate as turn } from 'node:timers/promises';
import { DynamodbLedgerUnits } from '../../src/ledger/dynamodb-ledger-units.js';
import type { LedgerClient } from '../../src/ledger/ledger-client.js';
import { systemClock } from '../../src/system-clock.js';
import { planOf } from './test-ledger.js';

test('a plan that fails writes nothing more once its failure is known', async () => {
  const answers: ((error?: Error) => void)[] = [];
  const put = () =>
    new Promise<void>((resolve, reject) => {
      answers.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  const units = new DynamodbLedgerUnits({ put, clock: systemClock } as unknown as LedgerClient);
  let known = false;
  const planning = units
    .plan(
      'attempt/migrate',
      Array.from({ length: 100 }, (_, unit) => planOf(unit)),
    )
    .finally(() => (known = true));
  planning.catch(() => undefined);
  await turn();
  const begun = answers.length;
  expect(begun).toBeGreaterThan(1);
  answers[0]?.(new Error('refused'));
  await turn();
  // Others are under way still, and none is begun any more.
  expect(known).toBe(false);
  for (const answer of answers.slice(1)) answer();
  await expect(planning).rejects.toThrow('refused');
  expect(answers.length).toBe(begun);
});
