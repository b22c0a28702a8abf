import type { Fault } from '../../errors.js';
import { describeIfThere } from '../copy/describe-if-there.js';
import type { Forecast } from '../forecast.js';
import type { ForecastContext, Migration } from '../migration.js';
import type { OpenRollover } from './rollover-migration.js';

/** What a rollover would do and what is in its way; reads only. */
export async function forecastRollover(
  open: OpenRollover,
  copy: Migration,
  context: ForecastContext,
): Promise<Forecast> {
  const { stage, names, home } = open;
  const faults = [...storeFaults(open), ...nameFaults(open), ...useFaults(open)];
  const field = (option: string): string => `${stage.name}, ${option}`;
  const nothing: Forecast = { faults, warnings: [], tables: [], drops: [] };
  const live = await describeIfThere(home, names.old);
  if (live === undefined) {
    const message = `"${names.old}" is not in ${home.location}: there is nothing to build anew`;
    return { ...nothing, faults: [...faults, { field: field('table'), message }] };
  }
  if (faults.length > 0) return nothing;
  const { drop = [] } = await home.preflight(live, 'target');
  const kept = drop.map(({ message }) => ({ field: field(`table "${names.old}"`), message: keptMessage(message) }));
  const forecast = await copy.forecast(context);
  return { ...forecast, faults: [...kept, ...forecast.faults], notes: [...(forecast.notes ?? []), ...notes(open)] };
}

/** What stands against dropping the old table would be left pointing at it. */
function keptMessage(message: string): string {
  const [why] = message.replace(/^cannot be replaced: /, '').split(/: (?=drop|carry)/);
  return `cannot be built anew: ${String(why)}, and would go on with the old table: drop that first, and make it again afterwards`;
}

function nameFaults({ stage, options, names: { old, shadow, others } }: OpenRollover): Fault[] {
  const field = `${stage.name}, as`;
  const remedy = 'give the new table a name that is free';
  if (shadow === old)
    return [{ field, message: `"${shadow}" is the table that "${options.table}" is by now: ${remedy}` }];
  if (others.includes(shadow)) return [{ field, message: `"${shadow}" is the live table of another name: ${remedy}` }];
  return [];
}

/** Faults where the database would be used against its declaration. */
function useFaults({ stage: { name, database, declared } }: OpenRollover): Fault[] {
  const use = declared(database);
  if (use === undefined || use.allowReplace === true) return [];
  const message = `the old table is dropped in the end, which the declaration of "${database}" does not allow: give it allowReplace: true`;
  return [{ field: `${name}, keepOldFor`, message }];
}

function notes({ stage, options, names: { old, shadow } }: OpenRollover): string[] {
  return [`${stage.name}: "${shadow}" takes the place of "${old}" as "${options.table}"`];
}

/** An archive is no database that a service works on. */
function storeFaults({ stage, home: { capabilities, location } }: OpenRollover): Fault[] {
  if (capabilities.merge) return [];
  return [{ field: `${stage.name}, table`, message: `${location} is an archive, whose tables are written once` }];
}
