import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { KeyValueStore, Predicate } from '../key-value-store.js';
import { bytes, collect, rejects } from './bytes.js';
import type { Cases } from './world.js';

const place = { partition: fc.nat(1), key: fc.nat(3) };
const operation = fc.oneof(
  fc.record({ kind: fc.constantFrom('get' as const, 'delete' as const), ...place }),
  fc.record({ kind: fc.constant('set' as const), ...place, value: fc.nat(2) }),
  fc.record({ kind: fc.constant('setIf' as const), ...place, value: fc.nat(2), stale: fc.boolean() }),
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** A plain map beside the store: the same operations, the same answers. */
class Model {
  readonly entries = new Map<string, number>();
  /** The predicate of each entry now, and one that it had before. */
  readonly predicates = new Map<string, { now?: Predicate | undefined; before?: Predicate | undefined }>();

  constructor(
    readonly store: KeyValueStore,
    readonly prefix: string,
  ) {}

  async apply(operation: Operation): Promise<void> {
    const [partition, key] = [this.partition(operation.partition), Uint8Array.of(operation.key)];
    const name = `${operation.partition}/${operation.key}`;
    if (operation.kind === 'set') {
      await this.store.set(partition, key, Uint8Array.of(operation.value));
      this.entries.set(name, operation.value);
    } else if (operation.kind === 'delete') {
      await this.store.delete(partition, key);
      this.entries.delete(name);
    } else if (operation.kind === 'setIf') {
      const { now, before } = this.predicates.get(name) ?? {};
      const predicate = operation.stale ? before : now;
      const written = this.store.setIf(partition, key, Uint8Array.of(operation.value), predicate);
      if (predicate?.writes[0] !== now?.writes[0]) await rejects(written, 'PredicateFailedError');
      else {
        assert.notEqual((await written).writes[0], now?.writes[0]);
        this.entries.set(name, operation.value);
      }
    }
    await this.compare(operation.partition, operation.key);
  }

  async compare(partition: number, key: number): Promise<void> {
    const name = `${partition}/${key}`;
    const entry = await this.store.get(this.partition(partition), Uint8Array.of(key));
    assert.equal(entry?.value[0], this.entries.get(name));
    const known = this.predicates.get(name) ?? {};
    if (known.now?.writes[0] !== entry?.predicate.writes[0])
      this.predicates.set(name, { now: entry?.predicate, before: known.now });
    const scanned = await collect(this.store.scan(this.partition(partition)));
    const expected = [...this.entries]
      .filter(([at]) => at.startsWith(`${partition}/`))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    assert.deepEqual(
      scanned.map((found) => [`${partition}/${found.key[0]}`, found.value[0]]),
      expected,
    );
  }

  partition(partition: number): Uint8Array {
    return bytes(`${this.prefix}-${'p'.repeat(partition)}`);
  }
}

/** Random histories against a plain map. */
export const modelCases: Cases = {
  'answers any history as a plain map does': async (world) => {
    const store = await world.store();
    let run = 0;
    const property = fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
      const model = new Model(store, `run${run++}`);
      for (const each of operations) await model.apply(each);
    });
    await fc.assert(property, { numRuns: world.runs.sequential });
  },
};
