import { StoreUnavailableError, ThrottledError } from '../../errors.js';
import { aroundDriver } from '../around-driver.js';
import { NotSentError, type KeyValueDriver } from '../key-value-driver.js';

/** What happens to a request: performed or not, answered or not; or something of one's own. */
export type Fault =
  | 'pass'
  | 'answer lost'
  | 'request lost'
  | 'throttled'
  | 'not sent'
  | ((perform: () => Promise<unknown>) => Promise<unknown> | never);

/** A driver whose requests meet these faults, one each in order, and then `beyond`. */
export function faultyDriver(driver: KeyValueDriver, faults: readonly Fault[], beyond: Fault = 'pass'): KeyValueDriver {
  const ahead = [...faults];
  return aroundDriver(driver, async <T>(_operation: string, perform: () => Promise<T>): Promise<T> => {
    const fault = ahead.shift() ?? beyond;
    if (typeof fault === 'function') return (await fault(perform)) as T;
    if (fault === 'pass') return perform();
    if (fault === 'throttled') throw new ThrottledError('slow down');
    if (fault === 'not sent') throw new NotSentError('connection refused');
    if (fault === 'answer lost') await perform();
    throw new StoreUnavailableError('connection reset');
  });
}
