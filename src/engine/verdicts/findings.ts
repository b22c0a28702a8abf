import { reconcile, type Reconciled } from '../../digest/reconcile.js';
import type { Ledger } from '../../ledger/ledger.js';
import { scopes } from '../attempts/attempt-record.js';
import { candidatesIn } from './candidates.js';
import type { Dependencies } from '../dependencies.js';
import { expectation } from './expectations.js';
import type { OpenRun } from '../runs/open-run.js';
import { knownVerdict, saveVerdict, type Verdict } from './verdicts.js';

/** How many keys of each kind a verdict names; the counts are of all that were looked at. */
const namesAtMost = 100;
const namesBytes = 40_000;

/**
 * Reconciles the candidates that Locate found, slice by slice, and adds what it finds to the verdicts: a table of which
 * only items differed that expired meanwhile is equal. False: the call's time is nearly over, call again; each call
 * reconciles a slice at least. `unfinished`: tables that Locate did not read to their end.
 */
export async function reconcileTables(
  open: OpenRun,
  { ledger, clock }: Dependencies,
  generation: number,
  { differing, unfinished }: { differing: readonly string[]; unfinished: ReadonlySet<string> },
): Promise<boolean> {
  const { attempt } = open.run;
  const scope = scopes.verdict(attempt, generation);
  let reconciled = false;
  for (const table of differing) {
    let verdict = await knownVerdict(ledger, scope, table);
    for (let slice = verdict.reconciled; slice < verdict.slices; slice++) {
      if (reconciled && open.ending()) return false;
      const candidates = await candidatesIn(ledger, scopes.locate(attempt, generation), table, slice);
      verdict = withFindings(verdict, reconcile(candidates, namesAtMost, clock.now()));
      const expires = await hasExpiry(ledger, scopes.validate(attempt, generation), table);
      const equal = expires && !unfinished.has(table) && foundNothing(verdict);
      await saveVerdict(ledger, scope, { ...verdict, equal });
      reconciled = true;
    }
  }
  return true;
}

/** The verdict with what one more slice holds. */
function withFindings(verdict: Verdict, found: Reconciled): Verdict {
  const before = verdict.differences ?? noDifferences;
  const named = (kind: 'missing' | 'extra' | 'changed') => within([...before.keys[kind], ...found[kind]]);
  return {
    ...verdict,
    reconciled: verdict.reconciled + 1,
    differences: {
      missing: before.missing + found.counts.missing,
      extra: before.extra + found.counts.extra,
      changed: before.changed + found.counts.changed,
      expired: before.expired + found.counts.expired,
      further: verdict.further,
      keys: { missing: named('missing'), extra: named('extra'), changed: named('changed') },
      collided: within([...before.collided, ...found.collided]),
    },
  };
}

async function hasExpiry(ledger: Ledger, scope: string, table: string): Promise<boolean> {
  const { expected, actual } = await expectation(ledger, scope, table);
  return (expected.ttlAttribute ?? actual.ttlAttribute) !== undefined;
}

/** Every bucket that differed was looked at, and there is no difference any more. */
function foundNothing({ complete, slices, reconciled, differences }: Verdict): boolean {
  if (!complete || reconciled < slices || differences === undefined) return false;
  return differences.missing + differences.extra + differences.changed === 0;
}

const noDifferences: NonNullable<Verdict['differences']> = {
  missing: 0,
  extra: 0,
  changed: 0,
  expired: 0,
  further: 0,
  keys: { missing: [], extra: [], changed: [] },
  collided: [],
};

/** The first names that fit: a document takes 300 KB, and a key may have 3. */
function within(names: readonly string[]): string[] {
  let bytes = 0;
  return names.slice(0, namesAtMost).filter((name) => (bytes += Buffer.byteLength(name)) <= namesBytes);
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
function describeDifferences(verdict: Verdict): string {
  const { table, complete, differences } = verdict;
  if (differences === undefined) return `table "${table}" differs`;
  if (foundNothing(verdict)) return describeNothing(verdict);
  const atLeast = complete ? '' : 'at least ';
  const { missing, extra, changed, further, keys } = differences;
  const counts = `${atLeast}${missing} missing, ${extra} extra, ${changed} changed`;
  const more = further > 0 ? `, and ${further} or more further keys that differ` : '';
  const expired = differences.expired > 0 ? `, beside ${differences.expired} that expired meanwhile` : '';
  const named = (['missing', 'extra', 'changed'] as const)
    .filter((kind) => keys[kind].length > 0)
    .map((kind) => `; ${kind}: ${keys[kind].slice(0, 3).join(', ')}`);
  const collided = differences.collided.slice(0, 3).join(', ');
  const several =
    collided === '' ? '' : `; each the key of several items of the source, of which one is there: ${collided}`;
  return `table "${table}" differs: ${counts}${more}${expired}${named.join('')}${several}`;
}

/** Of items that are the same in all, one unit keeps one for Locate: counts alone tell that there were several. */
function describeNothing({ table, relation, expectedItems, actualItems }: Verdict): string {
  const counts = relation === 'equal' && expectedItems > actualItems;
  const there = counts ? `, with ${expectedItems} items expected and ${actualItems} there` : '';
  const why = counts ? 'either the source gives the very same item several times, or ' : '';
  return `table "${table}" differed${there}, but no key did when it was read again: ${why}it was written to meanwhile, run again`;
}
