import type { Clock } from '../clock.js';
import { isErrorLike } from '../error-like.js';
import { systemClock } from '../system-clock.js';
import { aroundDriver, type DriverOperation } from './around-driver.js';
import type { KeyValueDriver } from './key-value-driver.js';

/** One request to the engine. */
export interface RequestMeasure {
  readonly operation: DriverOperation;
  readonly durationMs: number;
  /** `done`; `refused`: a condition did not hold; `failed`: see `error`. */
  readonly outcome: 'done' | 'refused' | 'failed';
  /** The name of the error: ThrottledError, StoreUnavailableError, … */
  readonly error?: string;
}

/**
 * A driver that tells `record` of each request when it has ended. What `record` throws is not heard: a write that was
 * done must not fail because of its measure.
 */
export function withMetrics(
  driver: KeyValueDriver,
  record: (measure: RequestMeasure) => void,
  clock: Clock = systemClock,
): KeyValueDriver {
  const tell = (measure: RequestMeasure): void => {
    try {
      record(measure);
    } catch {
      return;
    }
  };
  return aroundDriver(driver, async (operation, perform) => {
    const startedAt = clock.monotonic();
    const measure = () => ({ operation, durationMs: clock.monotonic() - startedAt });
    try {
      const answer = await perform();
      tell({ ...measure(), outcome: answer === false ? 'refused' : 'done' });
      return answer;
    } catch (error) {
      tell({ ...measure(), outcome: 'failed', error: isErrorLike(error) ? error.name : typeof error });
      throw error;
    }
  });
}
