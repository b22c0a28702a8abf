import { z } from 'zod';
import { CorruptDataError, PredicateFailedError } from '../errors.js';
import type { KeyValueStore } from './key-value-store.js';
import { leaseRecordSchema, type LeaseCell, type LeaseState } from './lease-cell.js';
import { readableBytes } from './stored-form.js';

const cellSchema = z.strictObject({
  format: z.literal(1),
  revision: z.int().nonnegative(),
  token: z.int().nonnegative(),
  lease: leaseRecordSchema.optional(),
});

/**
 * A lease that is an entry of its own. `what` is owned, for people. The entry is to stay when nobody owns it: it holds the
 * largest token that was given. Reading throws CorruptDataError for an entry that is none of this kind.
 */
export function leaseCell(store: KeyValueStore, partition: Uint8Array, key: Uint8Array, what: string): LeaseCell {
  return {
    what,
    async read() {
      const entry = await store.get(partition, key);
      const { token, lease, revision } = entry === undefined ? noLease : parseCell(entry.value, partition, key);
      return {
        token,
        lease,
        revision,
        async swap(next: LeaseState) {
          const value = { format: 1, revision: revision + 1, token: next.token, lease: next.lease };
          try {
            await store.setIf(partition, key, new TextEncoder().encode(JSON.stringify(value)), entry?.predicate);
            return true;
          } catch (error) {
            if (error instanceof PredicateFailedError) return false;
            throw error;
          }
        },
      };
    },
  };
}

const noLease: z.infer<typeof cellSchema> = { format: 1, revision: 0, token: 0 };

function parseCell(value: Uint8Array, partition: Uint8Array, key: Uint8Array): z.infer<typeof cellSchema> {
  const where = `the entry ${readableBytes(key)} of partition ${readableBytes(partition)} holds no lease`;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch (cause) {
    throw new CorruptDataError(`${where}: it is not JSON`, { cause });
  }
  const parsed = cellSchema.safeParse(json);
  if (!parsed.success) throw new CorruptDataError(`${where}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
