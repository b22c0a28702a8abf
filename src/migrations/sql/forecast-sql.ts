import { InputError, type Fault } from '../../errors.js';
import { statementTitle } from '../../stores/statement-title.js';
import type { Store } from '../../stores/store.js';
import type { Forecast } from '../forecast.js';
import { decodeMarker, markerPlace, statementsDigest, type SqlMarker } from './marker.js';
import { changedFault, faultsOf, runnerOf, type SqlStep } from './sql-step.js';

/** What would be run, and what is known against it; reads only. */
export async function forecastSql(step: SqlStep, home: Store): Promise<Forecast> {
  const { faults, notes } = await look(step, home).catch((error: unknown) => {
    if (error instanceof InputError) return { faults: error.faults, notes: [] };
    throw error;
  });
  return { faults: faultsOf(step.stage, faults), warnings: [], tables: [], drops: [], notes };
}

async function look(
  { stage, statements, target, elsewhere }: SqlStep,
  home: Store,
): Promise<{ readonly faults: readonly Fault[]; readonly notes: readonly string[] }> {
  if (!Array.isArray(statements) || statements.length === 0) {
    const message = 'must be a list of one text of SQL or more';
    return { faults: [{ field: 'statements', message }], notes: [] };
  }
  const store = await target(home);
  const runner = runnerOf(store);
  const marker = await readMarker(store, markerPlace(stage.version, elsewhere));
  if (marker === undefined) return { faults: await runner.inspect(statements), notes: planned(stage.name, statements) };
  if (marker.digest !== statementsDigest(statements)) return { faults: [changedFault(marker)], notes: [] };
  return { faults: [], notes: [`${stage.name}: the statements were run at ${marker.at}, and are not run again`] };
}

async function readMarker(
  { keyValues }: Store,
  { partition, key }: ReturnType<typeof markerPlace>,
): Promise<SqlMarker | undefined> {
  const entry = await keyValues.get(partition, key);
  return entry && decodeMarker(entry.value);
}

function planned(name: string, statements: readonly unknown[]): string[] {
  return statements.map((text, place) => {
    const title = typeof text === 'string' ? statementTitle(text) : '';
    return `${name}, statement ${place + 1} of ${statements.length}: ${title}`;
  });
}
