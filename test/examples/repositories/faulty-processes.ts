import { StoreUnavailableError } from '../../../src/errors.js';
import { aroundDriver } from '../../../src/kv/around-driver.js';
import { faultyDriver, type Fault } from '../../../src/kv/conformance/faulty-driver.js';
import type { KeyValueDriver } from '../../../src/kv/key-value-driver.js';

/** A process that is killed at its request number `calls`: from that one on none is answered; that one may arrive. */
export function killedAfter(driver: KeyValueDriver, calls: number, arrives: boolean): KeyValueDriver {
  const dead = () => Promise.reject(new Error('killed'));
  const last: Fault = arrives ? async (perform) => perform().then(dead) : dead;
  return faultyDriver(driver, [...Array.from({ length: calls }, (): Fault => 'pass'), last], dead);
}

/** After so many requests, the answer to the next conditional write is lost, and those to so many further requests too. */
export interface Outage {
  readonly after: number;
  readonly deaf: number;
}

/**
 * A process that hears nothing for a while, again and again. A store tries a request four times: deaf for four requests,
 * it cannot find out what became of the conditional write; up to seven, it can read again in the end.
 */
export function deafAtTimes(driver: KeyValueDriver, outages: readonly Outage[]): KeyValueDriver {
  const ahead = [...outages];
  let [requests, deaf] = [0, 0];
  return aroundDriver(driver, async (operation, perform) => {
    const next = ahead[0];
    requests++;
    if (deaf > 0) deaf--;
    else if (next === undefined || requests <= next.after || operation !== 'writeIf') return perform();
    else {
      ({ deaf } = next);
      requests = 0;
      ahead.shift();
      await perform();
    }
    throw new StoreUnavailableError('connection reset');
  });
}
