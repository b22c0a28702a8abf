import { InputError, type Fault } from '../../errors.js';
import { keyValueTable } from '../../stores/key-value-table.js';
import { attemptTables, type AttemptTable } from '../../versions/attempt-tables.js';
import { readState } from '../../versions/state-entry.js';
import { describeIfThere } from '../copy/describe-if-there.js';
import { dropFaults, freshDrops, type OwnTable } from '../copy/forecast-drops.js';
import { isOwn } from '../copy/own-table.js';
import { replacedFaults } from '../copy/replaced-faults.js';
import { maxUnits, segmentCount } from '../copy/segment-count.js';
import type { Forecast, ForecastTable } from '../forecast.js';
import type { ForecastContext } from '../migration.js';
import { mostLegSegments, targetTables, type Leg, type Parcel } from './leg.js';
import { targetFaults } from './target-faults.js';

/** What a leg would do and what is in its way; reads only. */
export async function forecastLeg(leg: Leg, context: ForecastContext): Promise<Forecast> {
  const target = await forecastTarget(leg, context);
  const tables: ForecastTable[] = [];
  const [faults, warnings]: [Fault[], Fault[]] = [[...target.faults], [...target.warnings]];
  for (const parcel of leg.parcels)
    for (const table of parcel.tables) {
      const source = await forecastSource(leg, parcel, table, context, target.states.get(parcel.table) ?? 'absent');
      faults.push(...source.faults);
      warnings.push(...source.warnings);
      if (source.table !== undefined) tables.push(source.table);
    }
  return { faults: [...faults, ...unitFaults(leg, context)], warnings, tables, drops: target.drops };
}

interface TargetForecast extends Pick<Forecast, 'faults' | 'warnings' | 'drops'> {
  readonly states: ReadonlyMap<string, ForecastTable['target']>;
}

async function forecastTarget(leg: Leg, { attempts }: ForecastContext): Promise<TargetForecast> {
  const { target } = leg;
  const listed: OwnTable[] = [];
  for (const { id, resumed } of attempts)
    for await (const table of attemptTables(target.keyValues, id)) listed.push({ ...table, resumed });
  const drops = await freshDrops(target, listed);
  const dropped = drops.map(({ table }) => table).sort();
  const [faults, warnings]: [Fault[], Fault[]] = [dropFaults(drops), []];
  const states = new Map<string, ForecastTable['target']>();
  for (const table of targetTables(leg)) {
    const preflight = await target.preflight(keyValueTable(target.engine, table), 'target');
    faults.push(...preflight.faults);
    warnings.push(...preflight.warnings);
    const own = listed.find(({ name }) => name === table);
    const state = dropped.includes(table) ? 'absent' : await stateOf(leg, table, own, faults);
    states.set(table, state);
  }
  return { faults, warnings, drops: dropped, states };
}

async function stateOf(
  leg: Leg,
  table: string,
  listed: AttemptTable | undefined,
  faults: Fault[],
): Promise<ForecastTable['target']> {
  const existing = await describeIfThere(leg.target, table);
  if (existing === undefined) return 'absent';
  if (isOwn(existing, listed)) return 'own';
  faults.push(...(await targetFaults(leg, existing, listed)));
  return 'existing';
}

interface SourceForecast extends Pick<Forecast, 'faults' | 'warnings'> {
  readonly table?: ForecastTable;
}

async function forecastSource(
  leg: Leg,
  parcel: Parcel,
  table: string,
  { settings }: ForecastContext,
  target: ForecastTable['target'],
): Promise<SourceForecast> {
  const { source } = leg;
  try {
    const description = await describeIfThere(source, table);
    if (description === undefined) {
      const message = `is not in ${source.location}: package "${parcel.package}" names it`;
      return { faults: [{ field: `table "${table}"`, message }], warnings: [] };
    }
    const { faults, warnings } = await source.preflight(description, 'source');
    const { items, sizeBytes } = description;
    const estimate = { ...(items === undefined ? {} : { items }), ...(sizeBytes === undefined ? {} : { sizeBytes }) };
    const replaced = replacedFaults(await readState(source.keyValues), description);
    const name = table === parcel.title ? table : `${parcel.title}/${table}`;
    const segments = Math.min(segmentCount(description, settings), mostLegSegments(leg));
    return {
      table: { table: name, mode: 'carry', ...estimate, segments, target },
      faults: [...faults, ...replaced],
      warnings,
    };
  } catch (error) {
    if (error instanceof InputError) return { faults: error.faults, warnings: [] };
    throw error;
  }
}

/** A fault where there are too few units for the packages' tables, or for the segments that were set. */
function unitFaults(leg: Leg, { settings: { segments = 1 } }: ForecastContext): Fault[] {
  const most = mostLegSegments(leg);
  if (segments <= most) return [];
  const tables = leg.parcels.reduce((sum, parcel) => sum + parcel.tables.length, 0);
  if (most === 0) {
    const message = `the packages have ${tables} tables, and a run has units for ${maxUnits / 2}: import some of them at a time`;
    return [{ field: leg.option('packages'), message }];
  }
  const message = `${segments} segments of each table make up to ${2 * tables * segments} units, and a run has at most ${maxUnits}: set at most ${most}`;
  return [{ field: 'settings.segments', message }];
}
