import { StoreUnavailableError, ThrottledError } from '../../src/errors.js';
import { NotSentError, type KeyValueDriver } from '../../src/kv/key-value-driver.js';

/** What happens to a request: performed or not, answered or not; or something of one's own. */
export type Fault =
  | 'pass'
  | 'answer lost'
  | 'request lost'
  | 'throttled'
  | 'not sent'
  | ((perform: () => Promise<unknown>) => Promise<unknown> | never);

async function meet(fault: Fault, perform: () => Promise<unknown>): Promise<unknown> {
  if (typeof fault === 'function') return fault(perform);
  if (fault === 'pass') return perform();
  if (fault === 'throttled') throw new ThrottledError('slow down');
  if (fault === 'not sent') throw new NotSentError('connection refused');
  if (fault === 'answer lost') await perform();
  throw new StoreUnavailableError('connection reset');
}

/** A driver whose requests meet these faults, one each in order, and then `beyond`. */
export function faultyDriver(driver: KeyValueDriver, faults: readonly Fault[], beyond: Fault = 'pass'): KeyValueDriver {
  const ahead = [...faults];
  const through = <T>(perform: () => Promise<T>): Promise<T> => meet(ahead.shift() ?? beyond, perform) as Promise<T>;
  return {
    location: driver.location,
    read: (...at) => through(() => driver.read(...at)),
    write: (...at) => through(() => driver.write(...at)),
    writeIf: (...at) => through(() => driver.writeIf(...at)),
    remove: (...at) => through(() => driver.remove(...at)),
    page: (...at) => through(() => driver.page(...at)),
    close: () => driver.close(),
  };
}
