import pMap from 'p-map';
import { z } from 'zod';
import { CorruptDataError, UnitsFailedError } from '../../errors.js';
import type { Ledger } from '../../ledger/ledger.js';
import { createDigestPair, digestPairFromBytes, digestPairToBytes, type DigestPair } from './digest-pair.js';
import type { Groups } from '../units/unit-groups.js';

/** How many units are read at a time: with digests of both sides at most 16 times 48 KB in memory. */
const unitsAtATime = 16;

/** What was added up when a call's time was over, up to the unit `next`. One document: of one table at a time. */
const partSchema = z.object({ table: z.string(), next: z.number().int(), digests: z.base64() });
const partName = 'sum';

export interface MergeInput {
  readonly ledger: Ledger;
  /** The scope of the units of validation, and the one of the verdicts, where a part is kept. */
  readonly units: string;
  readonly verdict: string;
  readonly groups: Groups;
  ending(): boolean;
}

/**
 * Adds up the digests of a table's units, all of them done. Undefined: the call's time is nearly over; what was added up
 * is kept, and the next call goes on there. Each call adds something.
 */
export async function mergedDigests(input: MergeInput, table: string): Promise<DigestPair | undefined> {
  const { ledger, verdict, groups, ending } = input;
  const group = groups.get(table);
  if (group === undefined) throw new UnitsFailedError(`the validation of table "${table}" was not planned: run again`);
  const end = group.first + group.count;
  const part = await keptPart(ledger, verdict, table);
  const sum = part === undefined ? createDigestPair() : digestPairFromBytes(Buffer.from(part.digests, 'base64'));
  for (let from = part?.next ?? group.first; from < end; from += unitsAtATime) {
    const next = Math.min(from + unitsAtATime, end);
    const numbers = Array.from({ length: next - from }, (_, index) => from + index);
    const digests = await pMap(numbers, (unit) => digestsOf(input, table, unit), { concurrency: unitsAtATime });
    for (const { expected, actual } of digests) {
      sum.expected.merge(expected);
      sum.actual.merge(actual);
    }
    if (next === end || !ending()) continue;
    const kept = { table, next, digests: Buffer.from(digestPairToBytes(sum)).toString('base64') };
    await ledger.putDocument(verdict, partName, kept);
    return undefined;
  }
  return sum;
}

async function digestsOf({ ledger, units }: MergeInput, table: string, unit: number): Promise<DigestPair> {
  const record = await ledger.unit(units, unit);
  if (!record?.done) throw new UnitsFailedError(`unit ${unit} of the validation of table "${table}" is not done`);
  return digestPairFromBytes(record.digest);
}

async function keptPart(ledger: Ledger, scope: string, table: string): Promise<z.infer<typeof partSchema> | undefined> {
  const body = await ledger.document(scope, partName);
  if (body === undefined) return undefined;
  const parsed = partSchema.safeParse(body);
  if (!parsed.success) throw new CorruptDataError(`${partName} of ${scope} in the ledger does not parse`);
  return parsed.data.table === table ? parsed.data : undefined;
}
