import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Parcel } from './leg.js';

const schema = z.object({
  title: z.string(),
  /** The physical identity of the target's table that the units write into. */
  targetIdentity: z.string(),
  sources: z.array(
    z.object({
      table: z.string(),
      /** The physical identity of the table that is read. */
      identity: z.string(),
    }),
  ),
});

/** What the attempt knows of a package's tables; written when its units are planned. */
export type ParcelPlan = z.infer<typeof schema>;

const prefix = 'package/';

export async function saveParcelPlan(ledger: Ledger, attempt: string, plan: ParcelPlan): Promise<void> {
  await ledger.putDocument(attempt, prefix + plan.title, plan as Json);
}

/** The plan, or undefined when Setup has not made it. */
export async function parcelPlan(
  ledger: Ledger,
  attempt: string,
  { title }: Pick<Parcel, 'title'>,
): Promise<ParcelPlan | undefined> {
  const body = await ledger.document(attempt, prefix + title);
  if (body === undefined) return undefined;
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new CorruptDataError(`the plan of "${title}" in attempt ${attempt} does not parse`);
  return parsed.data;
}

/** The plan of a package whose units are at work. Throws CorruptDataError when there is none. */
export async function knownParcelPlan(
  ledger: Ledger,
  attempt: string,
  parcel: Pick<Parcel, 'title'>,
): Promise<ParcelPlan> {
  const plan = await parcelPlan(ledger, attempt, parcel);
  if (plan === undefined) throw new CorruptDataError(`"${parcel.title}" has no plan in attempt ${attempt}`);
  return plan;
}
