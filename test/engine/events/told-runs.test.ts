import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { eventKinds } from '../../../src/engine/events/event-kinds.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { runCopy, runExecution, withTestLedgers, type CopyRunOptions } from '../../support/copy-run.js';
import { collect } from '../../support/kv-bytes.js';
import { markingSteps } from '../chain/marking-steps.js';
import { filled } from '../memory-stores.js';
import { KeptEvents } from './emitting.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

let bus: KeptEvents;
beforeEach(() => (bus = new KeptEvents()));

const published = z.fromJSONSchema(
  JSON.parse(await readFile('docs/events.schema.json', 'utf8')) as z.core.JSONSchema.BaseSchema,
);
const kept = async (run: string) => await collect(ledger.documents(run, 'event-'));
const finished = ['setup', 'migrate', 'validate', 'complete', 'cleanup'].map((step) => `Step Finished: ${step}`);

const stores = async (items = 5) => ({ source: await filled(items), target: openMemoryStore() });

/** What is sent is what is described, each once, and what the ledger keeps. */
afterEach(async () => {
  const runs = new Set(bus.events.map(({ detail }) => (detail as { run: string }).run));
  for (const { source, detailType, detail } of bus.events) {
    const { error } = published.safeParse({ source, 'detail-type': detailType, detail });
    expect({ detailType, error }).toEqual({ detailType, error: undefined });
  }
  const ids = bus.events.map(({ detail }) => (detail as { id: string }).id);
  expect(new Set(ids).size).toBe(ids.length);
  const documents = (await Promise.all([...runs].map(kept))).flat().map(({ body }) => JSON.stringify(body));
  expect(documents.toSorted()).toEqual(bus.events.map(({ detail }) => JSON.stringify(detail)).toSorted());
});

describe('a run that ends well', () => {
  test('tells of its start, of each step with what it did, and of its end', async () => {
    const { run } = await runCopy({ stores: await stores(30), ledger, emit: bus.emit }, { segments: 2 });
    expect(bus.told).toEqual(['Run Started', ...finished, 'Run Succeeded']);
    const { attempt, startedAt, endedAt } = run;
    const asked = { execution: run.run, what: 'copy source -> target', dryRun: false };
    expect(bus.of('Run Started')).toMatchObject([
      { ...asked, at: startedAt, who: 'a test', where: 'this machine', redrives: 0, input: { copy: { segments: 2 } } },
    ]);
    expect(bus.of('Run Succeeded')).toMatchObject([{ ...asked, startedAt, at: endedAt }]);
    const step = { attempt, version: null, round: 0, what: expect.stringMatching(/^copy \* from memory/) as string };
    const elapsedMs = expect.any(Number) as number;
    expect(bus.of('Step Finished: setup')).toMatchObject([{ ...step, units: 2, elapsedMs }]);
    expect(bus.of('Step Finished: migrate')).toMatchObject([{ ...step, units: 2, items: 30, elapsedMs }]);
    expect(bus.of('Step Finished: validate')).toMatchObject([{ ...step, units: 4, items: 60, elapsedMs }]);
    expect(bus.of('Step Finished: complete')).toMatchObject([{ ...step, elapsedMs }]);
    expect(bus.of('Step Finished: cleanup')).toMatchObject([step]);
  });

  test('tells no more of many units than of one', async () => {
    await runCopy({ stores: await stores(200), ledger, emit: bus.emit }, { segments: 40 });
    expect(bus.of('Step Finished: migrate')).toMatchObject([{ units: 40 }]);
    expect(bus.events).toHaveLength(finished.length + 2);
  });

  test('tells of the steps that it was asked for alone', async () => {
    const options = { stores: await stores(), ledger, emit: bus.emit };
    await runCopy(options, { steps: ['setup', 'migrate'] });
    expect(bus.told).toEqual([
      'Run Started',
      ...['setup', 'migrate', 'cleanup'].map((step) => `Step Finished: ${step}`),
      'Run Succeeded',
    ]);
  });
});

describe('a run of the version chain', () => {
  const up = async (
    input: Json,
    more: Pick<CopyRunOptions, 'stores'> = { stores: { database: openMemoryStore() } },
  ) => {
    const project = { database: 'database' };
    const registry = markingSteps([1, 2]);
    return await runExecution({ ledger, emit: bus.emit, project, registry, ...more }, input);
  };

  test('tells of each step for each version, and once of itself', async () => {
    await up({ up: {} });
    expect(bus.told).toEqual(['Run Started', ...finished, ...finished, 'Run Succeeded']);
    const versions = bus.events.flatMap(({ detail }) => {
      const { version, what } = detail as { version?: number; what: string };
      return version === undefined ? [] : [`${version} ${what}`];
    });
    expect(versions).toEqual([...Array<string>(5).fill('1 0001_mark'), ...Array<string>(5).fill('2 0002_mark')]);
    expect(bus.of('Run Succeeded')).toMatchObject([{ chain: { from: 0, version: 2, applied: 2, pending: 0 } }]);
  });

  test('tells of its start and end where nothing is pending', async () => {
    const stores = { database: openMemoryStore() };
    await up({ up: {} }, { stores });
    bus = new KeptEvents();
    await up({ up: {} }, { stores });
    expect(bus.told).toEqual(['Run Started', 'Run Succeeded']);
    expect(bus.of('Run Succeeded')).toMatchObject([{ dryRun: false, chain: { from: 2, version: 2, applied: 0 } }]);
  });
});

test.each<[string, Json]>([
  ['copy', { copy: { from: 'source', to: 'target', dryRun: true } }],
  ['chain', { up: { dryRun: true } }],
])('a dry run of a %s tells of its start and end, and says that it is one', async (_what, input) => {
  const given = { ...(await stores()), database: openMemoryStore() };
  const project = { database: 'database' };
  const registry = { migrations: [] };
  const empty = { stores: 'copy' in (input as object) ? given : { database: given.database } };
  await runExecution({ ...empty, ledger, emit: bus.emit, project, registry }, input);
  expect(bus.told).toEqual(['Run Started', 'Run Succeeded']);
  expect(bus.events.map(({ detail }) => (detail as { dryRun: boolean }).dryRun)).toEqual([true, true]);
});

test('each kind of event has names of its own', () => {
  for (const field of ['detailType', 'name'] as const)
    expect(new Set(eventKinds.map((kind) => kind[field])).size).toBe(eventKinds.length);
});
