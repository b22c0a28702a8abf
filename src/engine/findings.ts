import { z } from 'zod';
import { reconcile, type Candidate } from '../digest/reconcile.js';
import { CorruptDataError } from '../errors.js';
import type { Ledger } from '../ledger/ledger.js';
import { scopes } from './attempt-record.js';
import type { OpenRun } from './open-run.js';
import { knownVerdict, saveVerdict, type Verdict } from './verdicts.js';

/** How many keys of each kind a verdict names; the counts are of all that were looked at. */
const namesAtMost = 100;
const namesBytes = 40_000;

const candidatesSchema = z.object({
  unit: z.number().int(),
  candidates: z.array(z.tuple([z.enum(['expected', 'actual']), z.string(), z.string()])),
});

/** The documents of a table's candidates begin with this; a table's name may hold anything, so its length comes first. */
export function candidatesPrefix(table: string): string {
  return `candidates/${table.length}/${table}/`;
}

/** Candidates as a document's body: side, hash and key. */
export function candidatesToBody(unit: number, candidates: readonly Candidate[]): z.infer<typeof candidatesSchema> {
  return { unit, candidates: candidates.map(({ side, hash, key }) => [side, hash, key]) };
}

/**
 * The candidates of a table, each once: a unit that was interrupted reads its last pages again and keeps them again.
 * What two units found alike is there twice in the table, and stays.
 */
async function candidatesOf(ledger: Ledger, scope: string, table: string): Promise<Candidate[]> {
  const candidates = new Map<string, Candidate>();
  for await (const { name, body } of ledger.documents(scope, candidatesPrefix(table))) {
    const parsed = candidatesSchema.safeParse(body);
    if (!parsed.success) throw new CorruptDataError(`${name} in the ledger does not parse`);
    for (const [side, hash, key] of parsed.data.candidates)
      candidates.set(`${parsed.data.unit} ${side} ${hash} ${key}`, { side, hash, key });
  }
  return [...candidates.values()];
}

/**
 * Reconciles the candidates that Locate found, table by table, and writes them into the verdicts. False: the call's time
 * is nearly over, call again; each call reconciles a table at least.
 */
export async function reconcileTables(
  open: OpenRun,
  ledger: Ledger,
  generation: number,
  differing: readonly string[],
): Promise<boolean> {
  const { attempt } = open.run;
  const scope = scopes.verdict(attempt, generation);
  let reconciled = false;
  for (const table of differing) {
    const verdict = await knownVerdict(ledger, scope, table);
    if (verdict.differences !== undefined) continue;
    if (reconciled && open.ending()) return false;
    const candidates = await candidatesOf(ledger, scopes.locate(attempt, generation), table);
    await saveVerdict(ledger, scope, { ...verdict, differences: differencesOf(candidates, verdict.further) });
    reconciled = true;
  }
  return true;
}

function differencesOf(candidates: readonly Candidate[], further: number): NonNullable<Verdict['differences']> {
  const { counts, missing, extra, changed, collided } = reconcile(candidates, namesAtMost);
  const keys = { missing: within(missing), extra: within(extra), changed: within(changed) };
  return { ...counts, further, keys, collided: within(collided) };
}

/** The first names that fit: a document takes 300 KB, and a key may have 3. */
function within(names: readonly string[]): string[] {
  let bytes = 0;
  return names.filter((name) => (bytes += Buffer.byteLength(name)) <= namesBytes);
}

/** The tables of an error's text; all of them are in the ledger. */
const describedAtMost = 20;

/** What was found of each of these tables, a line each, for people. */
export async function describeFindings(ledger: Ledger, scope: string, differing: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const table of differing.slice(0, describedAtMost))
    lines.push(describeDifferences(await knownVerdict(ledger, scope, table)));
  const more = differing.length - lines.length;
  return more > 0 ? [...lines, `… and ${more} more tables in the ledger`] : lines;
}

/** A verdict in a line for people: counts, and the first keys of each kind. */
function describeDifferences({ table, complete, differences }: Verdict): string {
  if (differences === undefined) return `table "${table}" differs`;
  const atLeast = complete ? '' : 'at least ';
  const { missing, extra, changed, further, keys } = differences;
  const counts = `${atLeast}${missing} missing, ${extra} extra, ${changed} changed`;
  const more = further > 0 ? `, and ${further} or more further keys that differ` : '';
  const named = (['missing', 'extra', 'changed'] as const)
    .filter((kind) => keys[kind].length > 0)
    .map((kind) => `; ${kind}: ${keys[kind].slice(0, 3).join(', ')}`);
  return `table "${table}" differs: ${counts}${more}${named.join('')}`;
}
