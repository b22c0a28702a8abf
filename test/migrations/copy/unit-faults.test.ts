import type { CopyForecastContext } from '../../../src/migrations/copy/copy-context.js';
import { copyInputSchema, type StepName } from '../../../src/migrations/copy/copy-input.js';
import type { SelectedTable } from '../../../src/migrations/copy/select-tables.js';
import { unitFaults } from '../../../src/migrations/copy/unit-faults.js';
import { withDefaults } from '../../../src/settings.js';

interface Asked {
  readonly tables: number;
  readonly mode?: SelectedTable['mode'];
  readonly validated?: boolean;
  readonly steps?: readonly StepName[];
  /** In the input, and in the configuration. */
  readonly segments?: number;
  readonly configured?: number;
}

function faultsOf({ tables, mode = 'carry', validated = true, steps, segments, configured }: Asked): string[] {
  const named = { from: 'a', to: 'b', ...(steps === undefined ? {} : { steps }) };
  const input = copyInputSchema.parse({ ...named, ...(segments === undefined ? {} : { segments }) });
  const set = segments ?? configured;
  const settings = withDefaults(set === undefined ? {} : { segments: set });
  const option = (name: string): string => `copy.${name}`;
  const selected = Array.from({ length: tables }, (_, index) => ({
    ...{ table: `t${index}`, target: `t${index}`, mode, validated },
  }));
  const context = { input, settings, option } as unknown as CopyForecastContext;
  return unitFaults(context, selected).map(({ field, message }) => `${field}: ${message}`);
}

describe('a copy', () => {
  test.each<Asked>([
    { tables: 1 },
    { tables: 5_000 },
    { tables: 10_000, validated: false },
    { tables: 10_000, steps: ['setup', 'migrate'] },
    { tables: 20_000, mode: 'schema only' },
    { tables: 5_000, segments: 1 },
    { tables: 2, segments: 2_500 },
    { tables: 1, segments: 10_000, steps: ['migrate'] },
    { tables: 1, segments: 10_000, validated: false },
  ])('has units enough with %j', (asked) => expect(faultsOf(asked)).toEqual([]));

  test.each<Asked & { told: string }>([
    {
      tables: 5_001,
      told: 'copy.tables: the 5001 tables make 10002 units of Validate, which reads both sides, and a run has at most 10000: carry at most 5000 in one run',
    },
    {
      tables: 10_001,
      steps: ['migrate'],
      told: 'copy.tables: the 10001 tables make 10001 units of Migrate, and a run has at most 10000: carry at most 10000 in one run',
    },
    {
      tables: 3,
      segments: 2_000,
      told: 'copy.segments: 2000 segments of each table make 12000 units of Validate, which reads both sides, and a run has at most 10000: set at most 1666',
    },
    {
      tables: 1,
      configured: 6_000,
      steps: ['validate'],
      told: 'settings.segments: 6000 segments of each table make 12000 units of Validate, which reads both sides, and a run has at most 10000: set at most 5000',
    },
  ])('is refused with $tables tables and $segments$configured segments', ({ told, ...asked }) =>
    expect(faultsOf(asked)).toEqual([told]),
  );
});
