import { ulid } from 'ulid';
import { localHandlers } from '../../src/cli/handlers.js';
import { runStatus } from '../../src/engine/status/run-status.js';
import type { Json } from '../../src/json.js';
import type { Ledger, RunRecord } from '../../src/ledger/ledger.js';
import { runStateMachine } from '../../src/local/state-machine.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import { readState } from '../../src/versions/state-entry.js';
import { definition, testDependencies, testLedger } from '../support/copy-run.js';
import { testDynamodb } from '../support/dynamodb.js';

let engine: Awaited<ReturnType<typeof testDynamodb>>;
let ledger: Ledger;
let stores: { source: Store; target: Store };
beforeAll(async () => {
  engine = await testDynamodb();
  ledger = await testLedger(engine.endpoint);
  stores = { source: openMemoryStore(), target: openMemoryStore() };
  await fill(stores.source, 'orders', 3);
  await fill(stores.source, 'customers', 2);
  await fill(stores.target, 'customers', 1);
});
afterAll(async () => {
  await ledger.close();
  await engine.stop();
});

async function fill(store: Store, name: string, count: number): Promise<void> {
  const origin = { engine: 'memory', metadata: null } as const;
  await store.create({ name, identity: '', key: [{ name: 'id', type: 'N' }], origin });
  const writer = store.writer(name, { unit: 0, position: 0 });
  await writer.write(Array.from({ length: count }, (_, id) => ({ id: { N: String(id) } })));
  await writer.flush();
}

/** Runs the state machine with this very input. */
async function run(input: unknown): Promise<RunRecord> {
  const execution = ulid();
  const handlers = localHandlers(testDependencies({ stores, ledger }));
  await runStateMachine({ definition, handlers, execution, input: input as Json, callMs: 10_000, pauseMs: 10 });
  const status = await runStatus(ledger, execution);
  if (status === undefined) throw new Error('the run left no record');
  return status.run;
}

/** Everything of a store that a run could have touched. */
async function contents(store: Store): Promise<unknown> {
  const tables: Record<string, unknown> = {};
  for await (const name of store.tables()) {
    const items: unknown[] = [];
    for (const segment of await store.split(name, 1))
      for await (const page of store.read(segment)) items.push(...page.items);
    tables[name] = { description: await store.describe(name), items };
  }
  return { tables, state: await readState(store.keyValues) };
}

const names = { from: 'source', to: 'target', tables: ['orders'] };

/** What is wrong with the input of an execution, the input, and the fields that the message names, one a line. */
const inputs: readonly (readonly [what: string, input: unknown, fields: readonly string[]])[] = [
  ['nothing that is asked for', {}, ['input']],
  ['two things at once', { up: {}, cleanup: {} }, ['input']],
  ['versions that cannot be', { up: { to: 0, acceptChanged: [1.5] } }, ['up.to', 'up.acceptChanged[0]']],
  ['a chain where the project names no database', { up: {} }, ['configuration, database']],
  ['a copy that is a text', { copy: 'orders' }, ['copy']],
  ['a text', 'orders', ['input']],
  ['a list', [names], ['input']],
  ['a field beside copy', { copy: names, retries: 3 }, ['retries']],
  ['a field that no copy has', { copy: { ...names, table: 'orders', colour: 1 } }, ['copy.table', 'copy.colour']],
  ['no stores', { copy: {} }, ['copy.from', 'copy.to']],
  ['an empty name of a store', { copy: { ...names, from: '' } }, ['copy.from']],
  ['stores that are not declared', { copy: { from: 'a', to: 'b' } }, ['copy.from', 'copy.to']],
  ['a URL where a name belongs', { copy: { ...names, from: 'archive:data' } }, ['copy.from']],
  ['a name that objects have by themselves', { copy: { ...names, from: 'toString' } }, ['copy.from']],
  ['one store as both', { copy: { ...names, to: 'source' } }, ['copy.to']],
  ['tables that are a text', { copy: { ...names, tables: 'orders' } }, ['copy.tables']],
  ['no tables', { copy: { ...names, tables: [] } }, ['copy.tables']],
  ['an empty name of a table', { copy: { ...names, tables: ['orders', ''] } }, ['copy.tables[1]']],
  ['a table that is a number', { copy: { ...names, exclude: [7] } }, ['copy.exclude[0]']],
  ['patterns without a table', { copy: { ...names, tables: ['x*', 'order'] } }, ['copy.tables', 'copy.tables']],
  ['an excluded table that is not there', { copy: { ...names, exclude: ['log*'] } }, ['copy.exclude']],
  [
    'tables that are not there in every list',
    { copy: { ...names, schemaOnly: ['a'], noValidate: ['b'] } },
    ['copy.schemaOnly', 'copy.noValidate'],
  ],
  ['a step that is none', { copy: { ...names, steps: ['setup', 'copy'] } }, ['copy.steps[1]']],
  ['no steps', { copy: { ...names, steps: [] } }, ['copy.steps']],
  ['migrate without an earlier setup', { copy: { ...names, steps: ['migrate', 'validate'] } }, ['copy.steps']],
  ['another way to treat tables', { copy: { ...names, onExisting: 'overwrite' } }, ['copy.onExisting']],
  ['a table that is there already', { copy: { ...names, tables: ['*'] } }, ['copy.onExisting']],
  ['replace without the names', { copy: { ...names, tables: ['*'], onExisting: 'replace' } }, ['copy.replace']],
  ['names to replace without replace', { copy: { ...names, replace: ['orders'] } }, ['copy.replace']],
  [
    'a table to replace that is not carried',
    { copy: { ...names, onExisting: 'replace', replace: ['customers'] } },
    ['copy.replace'],
  ],
  ['a fresh start without setup', { copy: { ...names, fresh: true, steps: ['validate'] } }, ['copy.fresh']],
  ['a fresh start that is a text', { copy: { ...names, fresh: 'yes' } }, ['copy.fresh']],
  ['no concurrency', { copy: { ...names, concurrency: 0 } }, ['copy.concurrency']],
  [
    'ceilings on capacity that let nothing through, or half a unit',
    { copy: { ...names, readUnitsPerSecond: 0, writeUnitsPerSecond: 2.5 } },
    ['copy.readUnitsPerSecond', 'copy.writeUnitsPerSecond'],
  ],
  ['half a segment', { copy: { ...names, segments: 0.5 } }, ['copy.segments']],
  ['more segments than there may be', { copy: { ...names, segments: 10_001 } }, ['copy.segments']],
  ['validation of what is not there', { copy: { ...names, steps: ['validate'] } }, ['table "orders"']],
  [
    'faults of all kinds at once',
    { copy: { from: 1, tables: [], steps: ['x'], segments: '4' } },
    ['copy.from', 'copy.to', 'copy.tables', 'copy.steps[0]', 'copy.segments'],
  ],
];

describe('an execution with an input that cannot be used', () => {
  test.each(inputs)('%s: ends with exit code 2, names the field, touches nothing', async (_, input, fields) => {
    const before = { source: await contents(stores.source), target: await contents(stores.target) };
    const { status, exitCode, error } = await run(input);
    expect({ status, exitCode, name: error?.name }).toEqual({ status: 'failed', exitCode: 2, name: 'InputError' });
    const lines = error?.message.split('\n') ?? [];
    expect(lines.map((line) => line.slice(0, line.indexOf(': '))).sort()).toEqual([...fields].sort());
    expect(error?.message).not.toMatch(/\n\s+at |undefined|\[object/);
    expect({ source: await contents(stores.source), target: await contents(stores.target) }).toEqual(before);
  });
});
