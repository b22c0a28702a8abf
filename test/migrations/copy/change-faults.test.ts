import fc from 'fast-check';
import pMap from 'p-map';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { quarantined } from '../../../src/migrations/quarantine/quarantine.js';
import type { Item } from '../../../src/stores/item.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { createEmpty, filled, itemsOf, put } from '../../engine/memory-stores.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { faultPlan, faulty, type FaultPlan } from '../../support/faults.js';
import { carry, carryAnew } from './carry.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const idOf = (item: Item): string => (item['id'] as { S: string }).S;

/** One item becomes two, one none, one cannot be carried. */
function transform(item: Item): Item | Item[] | undefined {
  if (idOf(item) === 'item-2') return [item, { ...item, id: { S: 'item-2 again' } }];
  if (idOf(item) === 'item-3') return undefined;
  if (idOf(item) === 'item-4') throw new Error('item 4');
  return { ...item, seen: { BOOL: true } };
}

const options = {
  changes: { orders: { as: 'sales', transform } },
  quarantine: 1,
  segments: 2,
} as const;

const expected = ['item-0', 'item-1', 'item-2', 'item-2 again', 'item-5', 'item-6', 'item-7'];

/** A run with this fault, then the same until it ends well; gives how many calls there were. */
async function carriedWith(plan: FaultPlan): Promise<FaultPlan> {
  const stores = { source: await filled(8), target: openMemoryStore() };
  const broken = { source: faulty(stores.source, plan, 'source'), target: faulty(stores.target, plan, 'target') };
  const more = { callMs: 3_000, settings: { leaseMs: 2_000, requestTimeoutMs: 200 } };
  const first = await carry(
    { ...broken, ledger: faulty(ledger, plan, 'ledger'), more: { ...more, outcomes: ledger } },
    options,
  ).catch(() => undefined);
  const { run } = await carry({ ...stores, ledger, more }, options);
  const where = `call ${plan.at} (${plan.kind}), ${plan.log?.[plan.at - 1] ?? 'no such call'}`;
  const ids = (await itemsOf(stores.target, 'sales')).map(idOf).sort();
  expect({ where, exitCode: run.exitCode, ids }).toEqual({ where, exitCode: 0, ids: expected });
  const attempt = run.attempt ?? first?.run.attempt ?? '';
  const kept: string[] = [];
  for await (const { key } of quarantined(ledger, attempt)) kept.push(key);
  expect({ where, kept }).toEqual({ where, kept: ['{"id":"item-4"}'] });
  return plan;
}

/** The numbers of the calls of Migrate; all others are those of a copy, and broken by its tests. */
function carrying(log: readonly string[]): number[] {
  const first = log.indexOf('source.read.next') - 6;
  const last = log.lastIndexOf('writer.flush') + 2;
  return Array.from({ length: last - first }, (_, index) => first + index + 1);
}

describe('a fault at every call that carries items which change', () => {
  test('leaves what an undisturbed one leaves, and each item in quarantine once', async () => {
    const { log = [] } = await carriedWith(faultPlan(0, 'error'));
    const faults = carrying(log).flatMap((at) => [faultPlan(at, 'error'), faultPlan(at, 'lost')]);
    const plans = await pMap(faults, carriedWith, { concurrency: 20 });
    expect(plans.filter(({ fired }) => fired).length).toBeGreaterThanOrEqual(30);
  }, 120_000);
});

describe('a pure transform', () => {
  const keys = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), { maxLength: 30 });
  const kinds = fc.func(fc.constantFrom('one', 'several', 'none', 'throws'));

  test('leaves in the target what it makes of the items, whatever they are, and the others in quarantine', () =>
    fc.assert(
      fc.asyncProperty(keys, kinds, async (ids, kindOf) => {
        const source = openMemoryStore();
        await createEmpty(source, 'orders');
        await put(
          source,
          'orders',
          ids.map((id) => ({ id: { S: id } })),
        );
        const model = (item: Item): Item[] => {
          const id = idOf(item);
          const outputs = { one: [`${id}!`], several: [`${id}?1`, `${id}?2`], none: [], throws: [] }[kindOf(id)];
          return outputs.map((name) => ({ id: { S: name }, from: { S: id } }));
        };
        const { run, target } = await carryAnew(source, ledger, {
          changes: {
            orders: {
              transform(item) {
                if (kindOf(idOf(item)) === 'throws') throw new Error('no');
                const outputs = model(item);
                return outputs.length === 0 ? undefined : outputs;
              },
            },
          },
          quarantine: ids.length,
        });
        expect(run.exitCode).toBe(0);
        const all = ids.flatMap((id) => model({ id: { S: id } }));
        expect(new Set((await itemsOf(target, 'orders')).map(idOf))).toEqual(new Set(all.map(idOf)));
        const kept: string[] = [];
        for await (const { item } of quarantined(ledger, run.attempt ?? '')) kept.push(idOf(item));
        expect(new Set(kept)).toEqual(new Set(ids.filter((id) => kindOf(id) === 'throws')));
      }),
      { numRuns: 10 },
    ));
});
