import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { TableDescription } from '../../stores/store.js';

/** What the attempt knows of one table; written when its units are planned. */
export interface TablePlan {
  /** Its name in the target. */
  readonly table: string;
  readonly mode: 'carry' | 'schema only';
  /** The target's table was there before, and holds other items too. */
  readonly merged: boolean;
  /** The table that it is carried from. */
  readonly source: Pick<TableDescription, 'key'> & { readonly table: string };
  readonly sourceIdentity: string;
  readonly targetIdentity: string;
  /** The source's table as Setup found it, and as it is to be in the target. */
  readonly description: TableDescription;
}

const key = z.array(z.looseObject({ name: z.string() })).min(1);

const planSchema = z.looseObject({
  table: z.string(),
  mode: z.enum(['carry', 'schema only']),
  merged: z.boolean(),
  source: z.looseObject({ table: z.string(), key }),
  sourceIdentity: z.string(),
  targetIdentity: z.string(),
  description: z.looseObject({ name: z.string(), key }),
});

const prefix = 'plan/';

export async function saveTablePlan(ledger: Ledger, attempt: string, plan: TablePlan): Promise<void> {
  await ledger.putDocument(attempt, prefix + plan.table, plan as unknown as Json);
}

/** The plan of a table, or undefined when Setup has not planned it. */
export async function tablePlan(ledger: Ledger, attempt: string, table: string): Promise<TablePlan | undefined> {
  const body = await ledger.document(attempt, prefix + table);
  return body === undefined ? undefined : parse(body, attempt);
}

/** The plan of a table that is carried. Throws CorruptDataError when there is none. */
export async function knownPlan(ledger: Ledger, attempt: string, table: string): Promise<TablePlan> {
  const plan = await tablePlan(ledger, attempt, table);
  if (plan === undefined) throw new CorruptDataError(`table "${table}" has no plan in attempt ${attempt}`);
  return plan;
}

/** The plans of all tables of an attempt, by name. */
export async function* tablePlans(ledger: Ledger, attempt: string): AsyncIterable<TablePlan> {
  for await (const { body } of ledger.documents(attempt, prefix)) yield parse(body, attempt);
}

function parse(body: Json, attempt: string): TablePlan {
  const parsed = planSchema.safeParse(body);
  if (!parsed.success) throw new CorruptDataError(`a table plan of attempt ${attempt} in the ledger does not parse`);
  return parsed.data as unknown as TablePlan;
}
