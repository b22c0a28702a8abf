import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Forecast } from '../../migrations/migration.js';
import type { Dependencies } from '../dependencies.js';
import { saveForecast, savedForecast } from '../runs/forecast-documents.js';
import { checkedForecast } from '../runs/forecast-run.js';
import type { UpInput } from '../runs/up-input.js';
import type { BeginningRun } from './beginner.js';
import { chainSummary, recordChain, type ChainSummary } from './chain-summary.js';
import type { ChainLook } from './next-task.js';
import { upTask } from './up-task.js';

/** What a dry run found. */
export interface ChainForecast extends ChainSummary {
  readonly migrations: readonly { readonly file: string; readonly kind: string; readonly forecast: Forecast }[];
}

const scopeOf = (run: string, file: string): string => `${run}/${file}`;

/**
 * Records what an `up` would do: the migrations in order, and what each would touch. What is behind the first one can only be
 * told as the database is now. Throws InputError where the first one could not run.
 */
export async function forecastChain(
  up: UpInput,
  look: ChainLook,
  { id, owner }: BeginningRun,
  deps: Dependencies,
): Promise<void> {
  const migrations = up.partition === undefined ? look.chain.migrations : look.next === undefined ? [] : [look.next];
  for (const [index, registered] of migrations.entries()) {
    const task = await upTask({ registered, input: up }, owner, deps);
    const first = index === 0;
    const forecast = first
      ? await checkedForecast(task, deps)
      : await task.migration.forecast({ home: task.home, settings: task.settings, attempts: [] });
    await saveForecast(deps.ledger, scopeOf(id, registered.file), first ? forecast : asItIsNow(forecast));
  }
  const listed = migrations.map(({ file, definition }) => ({ file, kind: definition.kind }));
  await deps.ledger.putDocument(id, 'chain-forecast', listed as unknown as Json);
  await recordChain(deps.ledger, id, look);
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
