import type { KeyValueDriver } from './key-value-driver.js';
import { assertBytes, fromStoredForm, keyLimitBytes, toStoredForm } from './stored-form.js';

/**
 * A driver whose partitions begin with `prefix` in the engine, so that several services share a table and see nothing of
 * each other. The limits of partitions and of entries are less by the length of the prefix. Prefixes of which one begins
 * with another are not apart: end them all with the same byte, such as `/`, that is nowhere else in them.
 * Throws RangeError for a prefix that leaves no room for a partition.
 */
export function withPrefix(driver: KeyValueDriver, prefix: Uint8Array): KeyValueDriver {
  assertBytes('prefix', prefix);
  const reservedBytes = (driver.reservedBytes ?? 0) + prefix.length;
  if (reservedBytes >= keyLimitBytes) {
    throw new RangeError(`prefixes have fewer than ${keyLimitBytes} bytes together; these have ${reservedBytes}`);
  }
  const own = Uint8Array.from(prefix);
  const inside = (partition: Uint8Array): Uint8Array => {
    const given = fromStoredForm(partition);
    const whole = new Uint8Array(own.length + given.length);
    whole.set(own);
    whole.set(given, own.length);
    return toStoredForm(whole);
  };
  return {
    location: driver.location,
    reservedBytes,
    read: (partition, key) => driver.read(inside(partition), key),
    write: (partition, key, entry) => driver.write(inside(partition), key, entry),
    writeIf: (partition, key, entry, expected) => driver.writeIf(inside(partition), key, entry, expected),
    remove: (partition, key) => driver.remove(inside(partition), key),
    page: (partition, start) => driver.page(inside(partition), start),
    close: () => driver.close(),
  };
}
