import { keyValueConformance, type OpenDriver, type Runs } from '../../src/kv/conformance/exports.js';

export const quick = { retry: { baseMs: 1, capMs: 20 } };

/** The published suite in Jest. `runs`: random histories; a number: so many of one client. */
export function kvConformance(name: string, openDriver: OpenDriver, runs: Partial<Runs> | number = {}): void {
  keyValueConformance({ describe, test }, name, openDriver, typeof runs === 'number' ? { sequential: runs } : runs);
}
