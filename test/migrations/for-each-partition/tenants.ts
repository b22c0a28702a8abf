import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { update } from '../../../src/kv/update.js';

const place = new TextEncoder().encode('tenants');
const partsOfAStep = 2;

/** What a tenant's data has been through: `1.0`, `1.1`, `2.0`, …: two parts for each step. */
export async function effects(kv: KeyValueStore, tenant: string): Promise<string[]> {
  const entry = await kv.get(place, new TextEncoder().encode(tenant));
  return entry === undefined ? [] : (JSON.parse(new TextDecoder().decode(entry.value)) as string[]);
}

/** The effects of all steps from `first` to `last`. */
export function allEffects(first: number, last: number): string[] {
  const steps = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  return steps.flatMap((step) => [`${step}.0`, `${step}.1`]);
}

export interface TenantsOptions {
  readonly tenants: readonly string[];
  /** Where the effects are, as a migration reaches it. */
  readonly kv: () => KeyValueStore;
  readonly waves?: readonly (number | 'all')[];
  /** Steps that were asked to be applied out of order: none must be. */
  readonly violations: string[];
  /** Called before each part; what it throws, the tenant's code throws. */
  readonly before?: (tenant: string, version: number) => void;
}

/** A step that adds its two parts to each tenant's data, once, and only to data that has been through all earlier steps. */
export function tenantsStep(options: TenantsOptions, firstOf: (tenant: string) => number): MigrationDefinition {
  const { tenants, kv, waves, violations, before } = options;
  return forEachPartition({
    partitions: () => tenants,
    ...(waves === undefined ? {} : { waves }),
    async *migrate(tenant, { version, assertMaySend }, from) {
      for (let part = typeof from === 'number' ? from : 0; part < partsOfAStep; part += 1) {
        before?.(tenant, version);
        assertMaySend();
        await apply(kv(), tenant, version, part, [...allEffects(firstOf(tenant), version - 1)], violations);
        yield part + 1;
      }
    },
  });
}

async function apply(
  kv: KeyValueStore,
  tenant: string,
  version: number,
  part: number,
  earlier: string[],
  violations: string[],
): Promise<void> {
  const effect = `${version}.${part}`;
  const expected = [...earlier, ...(part === 0 ? [] : [`${version}.0`])];
  await update(kv, place, new TextEncoder().encode(tenant), (value) => {
    const done = value === undefined ? [] : (JSON.parse(new TextDecoder().decode(value)) as string[]);
    if (done.includes(effect)) return undefined;
    if (JSON.stringify(done) !== JSON.stringify(expected))
      violations.push(`${effect} of ${tenant} after ${done.join()}`);
    return new TextEncoder().encode(JSON.stringify([...done, effect]));
  });
}
