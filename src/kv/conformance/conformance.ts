import { leaseCell } from '../entry-lease-cell.js';
import { conditionalWriteCases } from './conditional-write-cases.js';
import { entryCases } from './entry-cases.js';
import { interleavingCases } from './interleaving-cases.js';
import { leaseCases } from './lease-cases.js';
import { leaseInterleavingCases } from './lease-interleavings.js';
import { limitCases } from './limit-cases.js';
import { lostAnswerCases } from './lost-answer-cases.js';
import { modelCases } from './model-cases.js';
import { scanCases } from './scan-cases.js';
import { bytes } from './bytes.js';
import { inWorld, type Cases, type OpenDriver, type Runs } from './world.js';

/** `describe` and `test` of Jest, Vitest, node:test, Mocha (`it`), … */
export interface TestFrame {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly test: (title: string, body: () => Promise<void>) => unknown;
}

const fewRuns: Runs = { sequential: 20, interleaved: 50, leases: 8 };

/**
 * The precise meaning of the key-value contract: declares its tests over a driver, in one call. `openDriver` opens it over
 * a place that holds nothing yet, not even a table, with pages of about 10 entries; it is called once or more a test, and
 * what it gave is closed when the test ends. A driver passes when all of them do.
 */
export function keyValueConformance(
  { describe, test }: TestFrame,
  name: string,
  openDriver: OpenDriver,
  runs: Partial<Runs> = {},
): void {
  const cases: Cases = {
    ...entryCases,
    ...conditionalWriteCases,
    ...limitCases,
    ...scanCases,
    ...lostAnswerCases,
    ...modelCases,
    ...interleavingCases,
    ...leaseConformance,
  };
  describe(`key-value store: ${name}`, () => {
    for (const [title, work] of Object.entries(cases))
      test(title, () => inWorld(openDriver, { ...fewRuns, ...runs }, work));
  });
}

const cellOf: Parameters<typeof leaseCases>[0] = (store) =>
  leaseCell(store, bytes('leases'), bytes('one'), 'the service');
const leaseConformance: Cases = { ...leaseCases(cellOf), ...leaseInterleavingCases(cellOf) };
