import prettyBytes from 'pretty-bytes';
import type { Forecast, ForecastTable } from '../migrations/forecast.js';
import type { ChainForecast } from '../engine/tasks/forecast-chain.js';
import { warningLines } from './plan-report.js';
import { gateText, withoutEnding } from './up-text.js';

/** What a dry run of the chain prints. `database`: what it would work on. */
export function chainPlan({ version, migrations, gate }: ChainForecast, database: string): string {
  const stop = gate === undefined ? [] : [gateText(gate)];
  if (migrations.length === 0) return [`${database} is at version ${version}, nothing is pending`, ...stop].join('\n');
  const count = migrations.length === 1 ? '1 migration' : `${migrations.length} migrations`;
  const dropsNothing = migrations.every(({ forecast }) => forecast.drops.length === 0);
  return [
    `${database} is at version ${version}, ${count} would run:`,
    ...migrations.flatMap(({ file, kind, forecast }) => [
      `${withoutEnding(file)} (${kind})`,
      ...forecastLines(forecast).map((line) => `  ${line}`),
    ]),
    ...stop,
    ...(dropsNothing ? ['Nothing would be dropped.'] : []),
  ].join('\n');
}

function forecastLines({ partitions, tables, drops, notes = [], warnings }: Forecast): string[] {
  return [
    ...(partitions === undefined ? [] : [partitionsText(partitions)]),
    ...tables.map(tableText),
    ...(drops.length === 0 ? [] : [`would drop: ${drops.join(', ')}`]),
    ...notes,
    ...warningLines(warnings),
  ];
}

function partitionsText({ count, names }: NonNullable<Forecast['partitions']>): string {
  if (count === 0) return 'no partition lags';
  const more = count > names.length ? `, and ${count - names.length} more` : '';
  return `${count.toLocaleString('en')} ${count === 1 ? 'partition' : 'partitions'}: ${names.join(', ')}${more}`;
}

function tableText({ table, mode, items, sizeBytes, target }: ForecastTable): string {
  const amount = items === undefined ? 'number of items unknown' : `about ${items.toLocaleString('en')} items`;
  const size = sizeBytes === undefined ? '' : `, ${prettyBytes(sizeBytes)}`;
  const there = { absent: 'will be created', own: 'created by this attempt', existing: 'is there already' }[target];
  return `table ${table}: ${mode === 'carry' ? `${amount}${size}` : 'schema only'}, ${there}`;
}
