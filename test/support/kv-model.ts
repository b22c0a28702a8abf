import fc from 'fast-check';
import { PredicateFailedError } from '../../src/errors.js';
import type { KeyValueStore, Predicate } from '../../src/kv/key-value-store.js';
import { collect } from './kv-bytes.js';

type Operation =
  | { readonly kind: 'get' | 'delete' | 'scan'; readonly partition: number; readonly key: number }
  | { readonly kind: 'set'; readonly partition: number; readonly key: number; readonly value: number }
  | {
      readonly kind: 'setIf';
      readonly partition: number;
      readonly key: number;
      readonly value: number;
      readonly stale: boolean;
    };

const place = { partition: fc.nat(1), key: fc.nat(3) };
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('get', 'delete', 'scan'), ...place }),
  fc.record({ kind: fc.constant('set'), ...place, value: fc.nat(2) }),
  fc.record({ kind: fc.constant('setIf'), ...place, value: fc.nat(2), stale: fc.boolean() }),
);

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
    const [partition, key] = [this.bytes(operation.partition), Uint8Array.of(operation.key)];
    const name = `${operation.partition}/${operation.key}`;
    if (operation.kind === 'set') {
      await this.store.set(partition, key, Uint8Array.of(operation.value));
      this.entries.set(name, operation.value);
    } else if (operation.kind === 'delete') {
      await this.store.delete(partition, key);
      this.entries.delete(name);
    } else if (operation.kind === 'setIf') {
      const known = this.predicates.get(name) ?? {};
      const predicate = operation.stale ? known.before : known.now;
      const fits = predicate?.writes[0] === known.now?.writes[0];
      const written = this.store.setIf(partition, key, Uint8Array.of(operation.value), predicate);
      if (fits) expect((await written).writes[0]).not.toBe(known.now?.writes[0]);
      else await expect(written).rejects.toThrow(PredicateFailedError);
      if (fits) this.entries.set(name, operation.value);
    }
    await this.compare(operation.partition, operation.key);
  }

  async compare(partition: number, key: number): Promise<void> {
    const name = `${partition}/${key}`;
    const entry = await this.store.get(this.bytes(partition), Uint8Array.of(key));
    expect(entry?.value[0]).toBe(this.entries.get(name));
    const known = this.predicates.get(name) ?? {};
    if (known.now?.writes[0] !== entry?.predicate.writes[0])
      this.predicates.set(name, { now: entry?.predicate, before: known.now });
    const scanned = await collect(this.store.scan(this.bytes(partition)));
    const expected = [...this.entries]
      .filter(([at]) => at.startsWith(`${partition}/`))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    expect(scanned.map((found) => [`${partition}/${found.key[0]}`, found.value[0]])).toEqual(expected);
  }

  bytes(partition: number): Uint8Array {
    return new TextEncoder().encode(`${this.prefix}-${'p'.repeat(partition)}`);
  }
}

/** Random histories against a plain map. */
export function modelConformance(open: () => Promise<KeyValueStore>, runs: number): void {
  test('answers any history as a plain map does', async () => {
    const store = await open();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
        const model = new Model(store, `run${run++}`);
        for (const each of operations) await model.apply(each);
      }),
      { numRuns: runs },
    );
  });
}
