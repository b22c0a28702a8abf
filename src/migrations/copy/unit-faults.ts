import type { Fault } from '../../errors.js';
import type { CopyForecastContext } from './copy-context.js';
import { maxUnits } from './segment-count.js';
import type { SelectedTable } from './select-tables.js';

/** The units of a phase of a copy; each table is read `times`. */
interface Phase {
  readonly name: string;
  readonly tables: number;
  readonly times: 1 | 2;
}

/**
 * A fault where a run has too few units for these tables, or for the segments that were set. Where none were set, large tables
 * get fewer than they would have alone: see mostSegments.
 */
export function unitFaults(
  { input, settings, option }: CopyForecastContext,
  selected: readonly SelectedTable[],
): Fault[] {
  const phases = phasesOf(input.steps, selected);
  const { name, tables, times } = phases.reduce((a, b) => (b.tables * b.times > a.tables * a.times ? b : a));
  const readings = tables * times;
  const of = (units: number): string => `${units} units of ${name}, and a run has at most ${maxUnits}`;
  if (readings > maxUnits) {
    const message = `the ${tables} tables make ${of(readings)}: carry at most ${maxUnits / times} in one run`;
    return [{ field: option('tables'), message }];
  }
  const { segments = 1 } = settings;
  if (segments * readings <= maxUnits) return [];
  const field = input.segments === undefined ? 'settings.segments' : option('segments');
  const message = `${segments} segments of each table make ${of(segments * readings)}: set at most ${Math.floor(maxUnits / readings)}`;
  return [{ field, message }];
}

function phasesOf(steps: CopyForecastContext['input']['steps'], selected: readonly SelectedTable[]): [Phase, Phase] {
  const carried = selected.filter(({ mode }) => mode === 'carry');
  const validated = carried.filter((table) => table.validated);
  return [
    { name: 'Migrate', tables: steps.some((step) => step !== 'validate') ? carried.length : 0, times: 1 },
    {
      name: 'Validate, which reads both sides',
      tables: steps.includes('validate') ? validated.length : 0,
      times: 2,
    },
  ];
}
