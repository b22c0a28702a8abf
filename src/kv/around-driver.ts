import type { KeyValueDriver } from './key-value-driver.js';

/** The requests of a driver. */
export type DriverOperation = 'read' | 'write' | 'writeIf' | 'remove' | 'page';

/** Performs a request, or does not, and gives its answer or an error of KeyValueDriver's contract. */
export type AroundRequest = <T>(operation: DriverOperation, perform: () => Promise<T>) => Promise<T>;

/** A driver each of whose requests goes through `around`. Closing it closes the driver beneath. */
export function aroundDriver(driver: KeyValueDriver, around: AroundRequest): KeyValueDriver {
  return {
    location: driver.location,
    ...(driver.reservedBytes === undefined ? {} : { reservedBytes: driver.reservedBytes }),
    read: (...at) => around('read', () => driver.read(...at)),
    write: (...at) => around('write', () => driver.write(...at)),
    writeIf: (...at) => around('writeIf', () => driver.writeIf(...at)),
    remove: (...at) => around('remove', () => driver.remove(...at)),
    page: (...at) => around('page', () => driver.page(...at)),
    close: () => driver.close(),
  };
}
