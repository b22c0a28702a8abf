import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Forecast } from '../../migrations/forecast.js';
import type { Dependencies } from '../dependencies.js';
import { saveForecast, savedForecast } from '../runs/forecast-documents.js';
import { checkedForecast } from '../runs/forecast-run.js';
import type { UpInput } from '../runs/up-input.js';
import { chainSummary, recordChain, summaryOf, type ChainSummary } from './chain-summary.js';
import { lookAtChain, type ChainLook } from './next-task.js';
import { upTask } from './up-task.js';

/** What a dry run found. */
export interface ChainForecast extends ChainSummary {
  readonly migrations: readonly { readonly file: string; readonly kind: string; readonly forecast: Forecast }[];
}

const scopeOf = (run: string, file: string): string => `${run}/${file}`;

/** What an `up` would do, without a lease, a ledger, or touching anything. Throws InputError. */
export async function chainForecast(up: UpInput, deps: Dependencies): Promise<ChainForecast> {
  const look = await lookAtChain({ up }, deps);
  return { ...summaryOf(look, '', look.version), migrations: await forecastChain(up, look, '', deps) };
}

/**
 * What an `up` would do: the migrations in order, and what each would touch. What is behind the first one can only be told as
 * the database is now. Reads only. Throws InputError where the first one could not run.
 */
export async function forecastChain(
  up: UpInput,
  look: ChainLook,
  owner: string,
  deps: Dependencies,
): Promise<ChainForecast['migrations']> {
  const migrations = up.partition === undefined ? look.chain.migrations : look.next === undefined ? [] : [look.next];
  const found: ChainForecast['migrations'][number][] = [];
  for (const registered of migrations) {
    const task = await upTask({ database: look.database, registered, input: up }, owner, deps);
    const forecast =
      found.length === 0
        ? await checkedForecast(task, deps)
        : asItIsNow(await task.migration.forecast({ home: task.home, settings: task.settings, attempts: [] }));
    found.push({ file: registered.file, kind: registered.definition.kind, forecast });
  }
  return found;
}

/** Records what a dry run found. */
export async function saveChainForecast(
  migrations: ChainForecast['migrations'],
  look: ChainLook,
  run: string,
  { ledger }: Dependencies,
): Promise<void> {
  for (const { file, forecast } of migrations) await saveForecast(ledger, scopeOf(run, file), forecast);
  const listed = migrations.map(({ file, kind }) => ({ file, kind }));
  await ledger.putDocument(run, 'chain-forecast', listed as Json);
  await recordChain(ledger, run, look);
}

/** Faults of a later migration may be what an earlier one mends. */
function asItIsNow(forecast: Forecast): Forecast {
  return { ...forecast, faults: [], warnings: [...forecast.warnings, ...forecast.faults] };
}

/** What a dry run found; undefined for a run that was none. */
export async function savedChainForecast(ledger: Ledger, run: string): Promise<ChainForecast | undefined> {
  const listed = (await ledger.document(run, 'chain-forecast')) as { file: string; kind: string }[] | undefined;
  const summary = await chainSummary(ledger, run);
  if (listed === undefined || summary === undefined) return undefined;
  const migrations: ChainForecast['migrations'][number][] = [];
  for (const { file, kind } of listed) {
    const forecast = await savedForecast(ledger, scopeOf(run, file));
    if (forecast !== undefined) migrations.push({ file, kind, forecast });
  }
  return { ...summary, migrations };
}
