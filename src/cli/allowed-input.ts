import type { Forecast } from '../migrations/forecast.js';
import type { RequestInput } from './ad-hoc-request.js';
import { confirmDrops } from './confirm.js';
import { warningLines } from './plan-report.js';

/** Tables that a command drops, which somebody has to allow. */
export interface Dropping {
  /** The option that asks for it, and its word in the question: see confirmDrops. */
  readonly field: string;
  readonly what: string;
  tablesOf(forecast: Forecast): readonly string[];
  /** How the input says that they may be dropped, where it does. */
  allowed?(tables: readonly string[]): Readonly<Record<string, unknown>>;
}

/** A fresh start of what was not finished. */
export const freshStart: Dropping = { field: '--fresh', what: 'a fresh start', tablesOf: ({ drops }) => drops };

export interface Asking {
  readonly input: RequestInput;
  /** The store that they are in, for people. */
  readonly target: string;
  forecast(input: RequestInput): Promise<Forecast>;
}

/** The input, once somebody has allowed what it drops. Throws InputError when nobody does. */
export async function allowedInput(
  dropping: Dropping | undefined,
  { input, target, forecast }: Asking,
  { yes }: { readonly yes?: boolean },
): Promise<RequestInput> {
  if (dropping === undefined) return input;
  const found = await forecast({ ...input, dryRun: true });
  for (const line of warningLines(found.warnings)) process.stderr.write(`${line}\n`);
  const tables = dropping.tablesOf(found);
  if (tables.length > 0 && !yes) await confirmDrops(tables, target, dropping);
  return { ...input, ...dropping.allowed?.(tables) };
}
