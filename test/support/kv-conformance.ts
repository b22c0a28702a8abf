import { keyValueConformance, type OpenDriver, type Runs } from '../../src/kv/conformance/exports.js';

export { quick } from '../../src/kv/conformance/world.js';

/** The published suite in Jest. `runs`: random histories. */
export function kvConformance(name: string, openDriver: OpenDriver, runs: Partial<Runs> = {}): void {
  keyValueConformance({ describe, test }, name, openDriver, runs);
}
