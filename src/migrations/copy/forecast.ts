import pMap from 'p-map';
import { InputError, type Fault } from '../../errors.js';
import type { Preflight, TableDescription } from '../../stores/store.js';
import { readState, type StateEntry } from '../../versions/state-entry.js';
import type { Forecast, ForecastTable } from '../forecast.js';
import type { CopyForecastContext } from './copy-context.js';
import { describeIfThere } from './describe-if-there.js';
import { absentFaults, existingFaults, mergeFaults } from './existing-faults.js';
import { dropFaults, freshDrops, ownTables, type OwnTable } from './forecast-drops.js';
import { isOwn, isUntouched } from './own-table.js';
import { renameFaults } from './rename-faults.js';
import { replacedFaults } from './replaced-faults.js';
import { sameTableFaults } from './same-table.js';
import { maxUnits, mostSegments, segmentCount } from './segment-count.js';
import { selectTables, type SelectedTable } from './select-tables.js';
import { changeOf, lossOf } from './table-changes.js';
import { targetDescription } from './target-description.js';
import { unitFaults } from './unit-faults.js';

/** How many tables are described at a time. */
const concurrency = 8;

interface TableForecast {
  readonly table?: ForecastTable;
  readonly asTarget?: Preflight;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** What a copy would do and what is in its way; reads only. */
export async function forecastCopy(context: CopyForecastContext): Promise<Forecast> {
  const { input } = context;
  const { tables, faults } = await selectTables(context);
  const own = await ownTables(context);
  const state = await readState(context.source.keyValues);
  const look = (selected: SelectedTable) => forecastTable(context, selected, own.get(selected.target), state);
  const looks = await pMap(tables, look, { concurrency });
  const forecasts = looks.flatMap(({ table }) => (table === undefined ? [] : [table]));
  const replaced = looks.flatMap(({ table, asTarget }) =>
    input.onExisting === 'replace' && table?.target === 'existing'
      ? [{ table: table.table, faults: asTarget?.drop ?? [] }]
      : [],
  );
  const drops = [...replaced, ...(await freshDrops(context.target, own.values()))];
  return {
    faults: [
      ...faults,
      ...renameFaults(context, tables),
      ...unusedReplacements(context, tables),
      ...unitFaults(context, tables),
      ...dropFaults(drops),
      ...new Map(
        looks.flatMap((look) => look.faults.map((fault) => [`${fault.field}: ${fault.message}`, fault])),
      ).values(),
    ],
    warnings: looks.flatMap((look) => look.warnings),
    tables: withinUnits(forecasts),
    drops: drops.map(({ table }) => table).sort(),
  };
}

/** As Setup plans them. */
function withinUnits(tables: readonly ForecastTable[]): ForecastTable[] {
  const most = mostSegments(
    tables.flatMap(({ segments }) => (segments > 0 ? [segments] : [])),
    maxUnits,
  );
  return tables.map((table) => ({ ...table, segments: Math.min(table.segments, most) }));
}

function unusedReplacements({ input, option }: CopyForecastContext, tables: readonly SelectedTable[]): Fault[] {
  return input.replace
    .filter((name) => !tables.some(({ target }) => target === name))
    .map((name) => ({ field: option('replace'), message: `"${name}" is not among the tables to be carried` }));
}

function lossWarnings({ changes }: CopyForecastContext, carried: TableDescription, target: TableDescription): Fault[] {
  const message = lossOf(carried, changeOf(changes, carried.name), target);
  return message === undefined ? [] : [{ field: `table "${carried.name}"`, message }];
}

async function forecastTable(
  context: CopyForecastContext,
  selected: SelectedTable,
  listed: OwnTable | undefined,
  sourceState: StateEntry | undefined,
): Promise<TableForecast> {
  const { source, target, settings } = context;
  const { target: table, mode } = selected;
  try {
    const carried = await source.describe(selected.table);
    const description = targetDescription(context, carried);
    const asTarget = await target.preflight(description, 'target');
    const checks = [await source.preflight(carried, 'source'), asTarget];
    const existing = await describeIfThere(target, table);
    const own = existing !== undefined && (listed?.resumed ? isOwn : isUntouched)(existing, listed);
    // A fresh start drops what the earlier attempt created, so it is as good as absent.
    const state = existing === undefined || (own && !listed?.resumed) ? 'absent' : own ? 'own' : 'existing';
    const same = sameTableFaults(context, carried, existing);
    if (same.length > 0) return { faults: same, warnings: [] };
    const refused =
      existing !== undefined && state === 'existing'
        ? [...existingFaults(context, table), ...mergeFaults(context, description, existing)]
        : [];
    if (existing === undefined) refused.push(...absentFaults(context, selected));
    const { items, sizeBytes } = description;
    return {
      table: {
        table,
        mode,
        ...(items === undefined ? {} : { items }),
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
        segments: mode === 'carry' ? segmentCount(description, settings) : 0,
        target: state,
      },
      asTarget,
      faults: [...replacedFaults(sourceState, carried), ...checks.flatMap((check) => check.faults), ...refused],
      warnings: [...checks.flatMap((check) => check.warnings), ...lossWarnings(context, carried, description)],
    };
  } catch (error) {
    if (error instanceof InputError) return { faults: error.faults, warnings: [] };
    throw error;
  }
}
