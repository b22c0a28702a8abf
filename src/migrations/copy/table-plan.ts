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
  readonly sourceIdentity: string;
  readonly targetIdentity: string;
  /** The source's table as Setup found it, and as it is to be in the target. */
  readonly description: TableDescription;
}

const planSchema = z.looseObject({
  table: z.string(),
  mode: z.enum(['carry', 'schema only']),
  merged: z.boolean(),
  sourceIdentity: z.string(),
  targetIdentity: z.string(),
  description: z.looseObject({ name: z.string(), key: z.array(z.looseObject({ name: z.string() })).min(1) }),
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

/** The plans of all tables of an attempt, by name. */
export async function* tablePlans(ledger: Ledger, attempt: string): AsyncIterable<TablePlan> {
  for await (const { body } of ledger.documents(attempt, prefix)) yield parse(body, attempt);
}

function parse(body: Json, attempt: string): TablePlan {
  const parsed = planSchema.safeParse(body);
  if (!parsed.success) throw new CorruptDataError(`a table plan of attempt ${attempt} in the ledger does not parse`);
  return parsed.data as unknown as TablePlan;
}
