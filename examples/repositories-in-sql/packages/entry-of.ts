import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import type { PackageEntry } from 'carryover';

/** The entry that the service itself would write: `messages(store, schema, partition).set(key, message)`. */
export function entryOf<S extends DescMessage>(
  schema: S,
  partition: Uint8Array | string,
  key: string,
  message: MessageInitShape<S>,
): PackageEntry {
  const value = toBinary(schema, create(schema, message));
  return {
    partition: typeof partition === 'string' ? Buffer.from(partition) : partition,
    key: Buffer.from(key),
    value,
  };
}
