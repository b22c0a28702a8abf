import { PutItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CorruptDataError } from '../../src/errors.js';
import type { NewRun, RunRecord } from '../../src/ledger/ledger.js';
import { openTestLedger, type TestLedger } from './test-ledger.js';

let context: TestLedger;

beforeEach(async () => {
  context = await openTestLedger();
});

afterEach(() => context.stop());

/** When an entry was changed last: by the clock of the tests, and at first with the start of the run. */
const changedAt = '2026-11-02T08:00:00.000Z';

const newRun = (run: string, second = 0): NewRun => ({
  run,
  input: { copy: { from: 'orders-old', to: 'orders-new', tables: ['*'] } },
  who: 'anna',
  where: 'laptop',
  startedAt: new Date(Date.parse('2026-11-02T08:00:00.000Z') + second * 1_000).toISOString(),
});

async function listed(): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for await (const run of context.ledger.runs()) runs.push(run);
  return runs;
}

describe('runs', () => {
  test('begin as running, in the step begin', async () => {
    const { ledger } = context;
    const recorded = await ledger.startRun(newRun('r1'));
    expect(recorded).toEqual({ ...newRun('r1'), updatedAt: changedAt, status: 'running', step: 'begin' });
    expect(await ledger.run('r1')).toEqual(recorded);
    expect(await ledger.run('r2')).toBeUndefined();
  });

  test('that are recorded are given back unchanged, and listed once', async () => {
    const { ledger } = context;
    await ledger.startRun(newRun('r1'));
    await ledger.changeRun('r1', { step: 'migrate' });
    const again = await ledger.startRun({ ...newRun('r1', 60), who: 'berta' });
    expect(again).toEqual({ ...newRun('r1'), updatedAt: changedAt, status: 'running', step: 'migrate' });
    expect(await listed()).toEqual([again]);
  });

  test('started by several calls at once are one run, listed once', async () => {
    const others = Array.from({ length: 6 }, () => context.another());
    const answers = await Promise.all(others.map((ledger, at) => ledger.startRun(newRun('r1', at))));
    expect(new Set(answers.map(({ startedAt }) => startedAt)).size).toBe(1);
    expect(await listed()).toEqual([answers[0]]);
  });

  test('take changes, keep what a change does not name, and say when they were changed last', async () => {
    const { ledger } = context;
    await ledger.startRun(newRun('r1'));
    const error = { name: 'ThrottledError', message: 'slow down', step: 'setup' };
    await ledger.changeRun('r1', { step: 'setup', attempt: 'a1', token: 7, generation: 2, redrives: 1 });
    await ledger.changeRun('r1', { status: 'failed', exitCode: 3, endedAt: '2026-11-02T09:00:00.000Z', error });
    context.clock.time += 60_000;
    await ledger.changeRun('r1', {});
    expect(await ledger.run('r1')).toEqual({
      ...newRun('r1'),
      updatedAt: '2026-11-02T08:01:00.000Z',
      ...{ status: 'failed', step: 'setup', attempt: 'a1', token: 7, generation: 2, redrives: 1 },
      ...{ exitCode: 3, endedAt: '2026-11-02T09:00:00.000Z', error },
    });
  });

  test('lose what a change says is null, alone and beside what it sets', async () => {
    const { ledger } = context;
    await ledger.startRun(newRun('r1'));
    const error = { name: 'ThrottledError', message: 'slow down', step: 'setup' };
    const ended = { status: 'failed', exitCode: 3, endedAt: '2026-11-02T09:00:00.000Z', error } as const;
    await ledger.changeRun('r1', ended);
    await ledger.changeRun('r1', { exitCode: null });
    expect(await ledger.run('r1')).toEqual({
      ...newRun('r1'),
      updatedAt: changedAt,
      ...ended,
      step: 'begin',
      exitCode: undefined,
    });
    await ledger.changeRun('r1', { redrives: 1, status: 'running', endedAt: null, error: null });
    expect(await ledger.run('r1')).toEqual({
      ...newRun('r1'),
      updatedAt: changedAt,
      status: 'running',
      step: 'begin',
      redrives: 1,
    });
  });

  test('that nobody started take no changes', async () => {
    await expect(context.ledger.changeRun('r9', { step: 'setup' })).rejects.toThrow(CorruptDataError);
    expect(await context.ledger.run('r9')).toBeUndefined();
  });

  test('are listed newest first', async () => {
    const { ledger } = context;
    for (const second of [3, 1, 2]) await ledger.startRun(newRun(`r${second}`, second));
    expect((await listed()).map(({ run }) => run)).toEqual(['r3', 'r2', 'r1']);
  });

  test('are listed beyond the megabyte that one answer holds', async () => {
    const { ledger } = context;
    // A list entry of almost 1,000 bytes a run: a megabyte holds fewer than 1,100.
    const names = Array.from({ length: 1_200 }, (_, at) => `${String(at).padStart(4, '0')}${'x'.repeat(480)}`);
    for (let at = 0; at < names.length; at += 50) {
      await Promise.all(names.slice(at, at + 50).map((name, more) => ledger.startRun(newRun(name, at + more))));
    }
    expect((await listed()).map(({ run }) => run)).toEqual(names.toReversed());
  });

  test('that do not parse are an error, not an absence', async () => {
    const { ledger, endpoint, table } = context;
    await ledger.startRun(newRun('r1'));
    const client = new DynamoDBClient({ region: 'eu-central-1', endpoint });
    const Item = { partition: { S: 'run/r1' }, entry: { S: 'run' }, run: { S: 'r1' }, who: { N: '1' } };
    await client.send(new PutItemCommand({ TableName: table, Item }));
    client.destroy();
    await expect(ledger.run('r1')).rejects.toThrow(CorruptDataError);
  });
});
