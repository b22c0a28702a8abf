import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { createProgress } from '../../src/cli/progress.js';
import type { PhaseStatus } from '../../src/engine/status/phase-status.js';
import type { RunStatus, TableStatus } from '../../src/engine/status/run-status.js';
import { noUsage } from '../../src/stores/store.js';
import { ManualClock } from '../support/manual-clock.js';

/** A stream that keeps what is written to it, a terminal or not. */
function output(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 100,
    rows: 10,
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => true,
    clearScreenDown: () => true,
  });
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written.join('') };
}

function phase(items: number, done: number, units = 4, elapsedMs = 0): PhaseStatus {
  return { units, done, items, sizeBytes: 0, usage: noUsage, elapsedMs, failures: [] };
}

function table(name: string, migrate: PhaseStatus, validate = phase(0, 0, 0), estimatedItems?: number): TableStatus {
  const estimate = estimatedItems === undefined ? {} : { estimatedItems };
  return { table: name, mode: 'carry', migrate, validate, ...estimate };
}

function status(step: string, ...tables: TableStatus[]): RunStatus {
  const run = { run: 'r', input: null, who: 'w', where: 'h', startedAt: '', status: 'running', step } as const;
  return { run: run as unknown as RunStatus['run'], tables, lastSignAt: '' };
}

describe('progress where there is no terminal', () => {
  test('is a line a table every few seconds, with rate and time left, and one when it is done', () => {
    const { stream, text } = output(false);
    const clock = new ManualClock();
    const progress = createProgress(stream, clock);
    for (let second = 0; second <= 60; second++) {
      progress.show(status('migrate', table('orders', phase(second * 100, 0), undefined, 10_000)));
      clock.advance(1_000);
    }
    progress.show(status('migrate', table('orders', phase(10_000, 4, 4, 50_000))));
    progress.show(status('migrate', table('orders', phase(10_000, 4, 4, 50_000))));
    progress.stop();
    const lines = text().trimEnd().split('\n');
    expect(lines).toHaveLength(13);
    expect(lines[0]).toBe('migrate orders: 500 of about 10,000 items, 0 of 4 segments, 100 items/s, 1m left');
    expect(lines.at(-1)).toBe('migrate orders: 10,000 items, 4 of 4 segments, 200 items/s, done');
    expect(text()).not.toContain('\u001b');
  });

  test('tells no time left where nobody knows how much there is', () => {
    const { stream, text } = output(false);
    const clock = new ManualClock();
    const progress = createProgress(stream, clock);
    progress.show(status('migrate', table('orders', phase(0, 0))));
    clock.advance(5_000);
    progress.show(status('migrate', table('orders', phase(50, 1))));
    expect(text()).toBe('migrate orders: 50 items, 1 of 4 segments, 10 items/s, time left unknown\n');
  });

  test('names the other steps, and counts both sides in validation', () => {
    const { stream, text } = output(false);
    const progress = createProgress(stream, new ManualClock());
    const migrated = phase(10, 4, 4, 1_000);
    progress.show(status('begin'));
    progress.show(status('setup'));
    progress.show(status('validate', table('orders', migrated)));
    progress.show(status('judge', table('orders', migrated, phase(20, 8, 8, 1_000))));
    expect(text().split('\n')).toEqual([
      'setup',
      'migrate orders: 10 items, 4 of 4 segments, 10 items/s, done',
      'validate orders: 20 items, 8 of 8 segments, 20 items/s, done',
      'judge',
      '',
    ]);
  });
});

describe('progress of a run of several migrations', () => {
  const applied = (version: number) => ({ version, name: `000${version}_step`, items: 10, durationSeconds: 1.5 });
  const chainStatus = (title: string, done: number[], ...tables: TableStatus[]): RunStatus => ({
    ...status('migrate', ...tables),
    title,
    chain: { from: 0, version: done.length, applied: done.map(applied), pending: 0 },
  });

  test.each([true, false])('names each as it begins and when it is applied, on a terminal: %s', (isTTY) => {
    const { stream, text } = output(isTTY);
    const progress = createProgress(stream, new ManualClock());
    const done = table('orders', phase(10, 4, 4, 1_000));
    progress.show(chainStatus('0001_step', [], done));
    // A table of the same name, and one that began and ended between two looks.
    progress.show(chainStatus('0003_step', [1, 2], done));
    progress.show(chainStatus('0003_step', [1, 2, 3], done));
    progress.show(chainStatus('0003_step', [1, 2, 3], done));
    progress.stop();
    const lines = stripVTControlCharacters(text())
      .split('\n')
      .filter((line) => /^(\d{4}_|migrate orders.* done$)/.test(line));
    expect(lines.map((line) => line.replace(/^migrate orders.*/, 'orders done'))).toEqual([
      '0001_step',
      'orders done',
      '0001_step: applied, 10 items, 1.5s',
      '0002_step: applied, 10 items, 1.5s',
      '0003_step',
      'orders done',
      '0003_step: applied, 10 items, 1.5s',
    ]);
  });
});

describe('a run that does not begin', () => {
  test.each([true, false])('tells once what it may be waiting for, on a terminal: %s', (isTTY) => {
    const { stream, text } = output(isTTY);
    const clock = new ManualClock();
    const progress = createProgress(stream, clock);
    for (let second = 0; second < 3; second++) {
      progress.show(status('begin'));
      clock.advance(1_000);
    }
    expect(text()).not.toContain('waiting');
    for (let second = 0; second < 3; second++) progress.show(status('begin'));
    progress.stop();
    expect(text().match(/waiting until nothing of an earlier run can still write/g)).toHaveLength(1);
  });
});

describe('progress on a terminal', () => {
  test('is a bar a table that is being worked on, with share, count, rate and time left', () => {
    const { stream, text } = output(true);
    const clock = new ManualClock();
    const progress = createProgress(stream, clock);
    progress.show(status('migrate', table('orders', phase(100, 0), undefined, 10_000), table('later', phase(0, 0))));
    clock.advance(1_000);
    progress.show(status('migrate', table('orders', phase(2_100, 0), undefined, 10_000)));
    progress.stop();
    expect(text()).toMatch(/migrate orders +█+░+ +21% 2,100\/10,000 items 2,000 items\/s 3s left/);
    expect(text()).toMatch(/migrate later +░+ +0 items 0 items\/s time left unknown/);
  });

  test('leaves a line behind for each table that is done', () => {
    const { stream, text } = output(true);
    const progress = createProgress(stream, new ManualClock());
    progress.show(status('migrate', table('orders', phase(100, 0))));
    progress.show(status('migrate', table('orders', phase(300, 4, 4, 1_000))));
    progress.show(status('migrate', table('orders', phase(300, 4, 4, 1_000))));
    progress.stop();
    expect(text().match(/migrate orders +300 items, 300 items\/s, done\n/g)).toHaveLength(1);
  });

  test('has no more bars than the terminal has lines', () => {
    const { stream, text } = output(true);
    const progress = createProgress(stream, new ManualClock());
    progress.show(status('migrate', ...Array.from({ length: 50 }, (_, at) => table(`t${at}`, phase(1, 0)))));
    progress.stop();
    expect(new Set(text().match(/migrate t\d+/g)).size).toBe(6);
  });
});
