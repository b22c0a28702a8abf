import type { Fault } from '../../errors.js';
import type { DropFault } from '../../stores/store.js';
import { homeFaults } from '../../versions/new-home.js';
import { describeIfThere } from '../copy/describe-if-there.js';
import type { Forecast } from '../forecast.js';
import type { ForecastContext } from '../migration.js';
import { forecastLeg } from './forecast-leg.js';
import { movesHome, type OpenImport } from './import-migration.js';
import type { Leg } from './leg.js';
import { storeFaults } from './open-packages.js';

/** What an import of packages would do and what is in its way; reads only. */
export async function forecastImport(open: OpenImport, context: ForecastContext): Promise<Forecast> {
  const { stage, options, stores, legs } = open;
  const [first, ...later] = legs;
  const forecast = first === undefined ? nothing : await forecastLeg(first, context);
  const ahead: Forecast[] = [];
  // What it reads is not there yet; what is in the way of its tables is found now.
  for (const leg of later) ahead.push(await forecastLeg({ ...leg, parcels: leg.parcels.map(unread) }, context));
  const kept = options.keepTables === true ? [] : await keptFaults(open);
  const drops = [forecast, ...ahead].flatMap((one) => one.drops);
  const occupied = movesHome(open) ? await homeFaults({ name: stores.to, store: stores.target }) : [];
  return {
    faults: [
      storeFaults(stage, options, stores, drops),
      forecast.faults,
      ...ahead.map(({ faults }) => faults),
      kept,
      occupied,
    ].flat(),
    warnings: [forecast, ...ahead].flatMap(({ warnings }) => warnings),
    tables: forecast.tables,
    drops,
    notes: notes(open),
  };
}

const nothing: Forecast = { faults: [], warnings: [], tables: [], drops: [] };

function unread(parcel: Leg['parcels'][number]): Leg['parcels'][number] {
  return { ...parcel, tables: [] };
}

/** What stands against dropping the packages' tables in the end: others would be left pointing at them. */
async function keptFaults({ stage, stores: { source, from }, legs }: OpenImport): Promise<Fault[]> {
  const tables = new Set((legs[0]?.parcels ?? []).flatMap((parcel) => parcel.tables));
  const faults: DropFault[] = [];
  for (const table of tables) {
    const description = await describeIfThere(source, table);
    if (description !== undefined) faults.push(...((await source.preflight(description, 'target')).drop ?? []));
  }
  return faults
    .filter(({ unlessDropped }) => unlessDropped === undefined || !tables.has(unlessDropped))
    .map(({ field, message }) => ({
      field: `${stage.name}, ${field} of ${from}`,
      message: `cannot be dropped in the end: ${message.replace(/^cannot be replaced: /, '')}, or set keepTables`,
    }));
}

function notes({ stage, options, stores, legs }: OpenImport): string[] {
  const { from, to, table, via } = stores;
  const tables = (legs[0]?.parcels ?? []).flatMap((parcel) => parcel.tables);
  const how = via === undefined ? '' : `, by way of an export in "${via.name}"`;
  const said = [`${stage.name}: ${options.packages.length} packages go into table "${table}" of "${to}"${how}`];
  if (options.keepTables !== true)
    said.push(`${stage.name}: once version ${stage.version} is written, ${tables.join(', ')} of "${from}" are dropped`);
  if (movesHome({ stage, stores }))
    said.push(`${stage.name}: the version moves from "${from}" to "${to}", with the lock and the history`);
  return said;
}
