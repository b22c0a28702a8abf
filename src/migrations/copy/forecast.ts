import pMap from 'p-map';
import { InputError, type Fault } from '../../errors.js';
import { attemptTables, type AttemptTable } from '../../versions/attempt-tables.js';
import type { Preflight, Store, TableDescription } from '../../stores/store.js';
import type { Forecast, ForecastContext, ForecastTable } from '../migration.js';
import type { CopyInput } from './copy-input.js';
import { describeIfThere } from './describe-if-there.js';
import { isOwn, isUntouched } from './own-table.js';
import { sameTableFaults } from './same-table.js';
import { maxUnits, segmentCount } from './segment-count.js';
import { selectTables, type SelectedTable } from './select-tables.js';

/** How many tables are described at a time. */
const concurrency = 8;

interface TableForecast {
  readonly table?: ForecastTable;
  readonly asTarget?: Preflight;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** What a copy would do and what is in its way; reads only. */
export async function forecastCopy(context: ForecastContext, input: CopyInput): Promise<Forecast> {
  const { tables, faults } = await selectTables(context.source, input);
  const own = await ownTables(context);
  const looks = await pMap(tables, (selected) => forecastTable(context, input, selected, own.get(selected.table)), {
    concurrency,
  });
  const forecasts = looks.flatMap(({ table }) => (table === undefined ? [] : [table]));
  const dropped = [...own.values()].filter(({ created, resumed }) => created && !resumed).map(({ name }) => name);
  const replaced = forecasts.filter(({ target }) => input.onExisting === 'replace' && target === 'existing');
  const drops = [...new Set([...dropped, ...replaced.map(({ table }) => table)])].sort();
  return {
    faults: [
      ...faults,
      ...unusedReplacements(input, tables),
      ...unitFaults(input, forecasts),
      ...looks.flatMap((look) => dropFaults(drops, look)),
      ...new Map(
        looks.flatMap((look) => look.faults.map((fault) => [`${fault.field}: ${fault.message}`, fault])),
      ).values(),
    ],
    warnings: looks.flatMap((look) => look.warnings),
    tables: forecasts,
    drops,
  };
}

/** Why a table that would be dropped must stay. */
function dropFaults(drops: readonly string[], { table, asTarget }: TableForecast): Fault[] {
  if (table === undefined || !drops.includes(table.table)) return [];
  return (asTarget?.drop ?? [])
    .filter(({ unlessDropped }) => unlessDropped === undefined || !drops.includes(unlessDropped))
    .map(({ field, message }) => ({ field, message }));
}

/** Validation plans the segments of both sides. */
function unitFaults({ steps }: CopyInput, tables: readonly ForecastTable[]): Fault[] {
  const segments = tables.reduce((sum, table) => sum + table.segments, 0);
  const units = steps.includes('validate') ? segments * 2 : segments;
  if (units <= maxUnits) return [];
  const message = `the tables make ${units} units, and a run has at most ${maxUnits}: carry fewer tables in one run, or set fewer segments`;
  return [{ field: 'copy.tables', message }];
}

type OwnTable = AttemptTable & { readonly resumed: boolean };

/** The tables that an attempt lists; one that is dropped by a fresh start may be listed anew by its successor. */
async function ownTables({ target, attempts }: ForecastContext): Promise<Map<string, OwnTable>> {
  const own = new Map<string, OwnTable>();
  for (const { id, resumed } of attempts)
    for await (const table of attemptTables(target.keyValues, id))
      if (!own.has(table.name)) own.set(table.name, { ...table, resumed });
  return own;
}

function unusedReplacements(input: CopyInput, tables: readonly SelectedTable[]): Fault[] {
  return input.replace
    .filter((name) => !tables.some(({ table }) => table === name))
    .map((name) => ({ field: 'copy.replace', message: `"${name}" is not among the tables to be carried` }));
}

async function forecastTable(
  { source, target, settings }: ForecastContext,
  input: CopyInput,
  selected: SelectedTable,
  listed: OwnTable | undefined,
): Promise<TableForecast> {
  const { table, mode } = selected;
  try {
    const description = await source.describe(table);
    const asTarget = await target.preflight(description, 'target');
    const checks = [await source.preflight(description, 'source'), asTarget];
    const existing = await describeIfThere(target, table);
    const own = existing !== undefined && (listed?.resumed ? isOwn : isUntouched)(existing, listed);
    // A fresh start drops what the earlier attempt created, so it is as good as absent.
    const state = existing === undefined || (own && !listed?.resumed) ? 'absent' : own ? 'own' : 'existing';
    const same = sameTableFaults({ source, target }, description, existing);
    if (same.length > 0) return { faults: same, warnings: [] };
    const refused =
      existing !== undefined && state === 'existing'
        ? [...existingFaults(input, table, target), ...mergeFaults(input, description, existing)]
        : [];
    if (existing === undefined) refused.push(...absentFaults(input, selected, target));
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
      faults: [...checks.flatMap((check) => check.faults), ...refused],
      warnings: checks.flatMap((check) => check.warnings),
    };
  } catch (error) {
    if (error instanceof InputError) return { faults: error.faults, warnings: [] };
    throw error;
  }
}

/** What is wrong with a table that is in the target already and is not the attempt's own. */
export function existingFaults(input: CopyInput, table: string, { location, capabilities }: Store): Fault[] {
  // Only Setup touches tables; the other steps need them there.
  if (!input.steps.includes('setup')) return [];
  const field = 'copy.onExisting';
  if (input.onExisting === 'fail') {
    const choice = capabilities.merge ? '"replace" or "merge"' : '"replace"';
    return [{ field, message: `table "${table}" is in ${location} already: exclude it, or choose ${choice}` }];
  }
  if (input.onExisting === 'merge' && !capabilities.merge)
    return [
      {
        field,
        message: `table "${table}" is in ${location} already, and this kind of store cannot merge: choose "replace"`,
      },
    ];
  // A dry run shows what would be dropped, so that it can be listed.
  if (input.onExisting === 'replace' && !input.dryRun && !input.replace.includes(table))
    return [
      {
        field: 'copy.replace',
        message: `table "${table}" of ${location} would be dropped, and must be listed to allow it`,
      },
    ];
  return [];
}

/** Without Setup nobody makes the table that is to be filled or validated. */
function absentFaults({ steps }: CopyInput, { table, mode, validated }: SelectedTable, { location }: Store): Fault[] {
  if (steps.includes('setup') || mode !== 'carry' || !(steps.includes('migrate') || validated)) return [];
  return [{ field: `table "${table}"`, message: `is not in ${location}: add the step "setup", which creates it` }];
}

/** Items can be merged only into a table of the same key. */
function mergeFaults(input: CopyInput, { name, key }: TableDescription, existing: TableDescription): Fault[] {
  if (input.onExisting !== 'merge') return [];
  const text = (columns: TableDescription['key']): string =>
    columns.map((column) => `${column.name} ${column.type}`).join(', ');
  if (text(key) === text(existing.key)) return [];
  const message = `has the key (${text(key)}) in the source and (${text(existing.key)}) in the target: they cannot be merged`;
  return [{ field: `table "${name}"`, message }];
}
