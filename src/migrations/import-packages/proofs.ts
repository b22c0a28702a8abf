import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Proof } from '../../versions/history.js';
import type { ValidatedTable } from '../expectation.js';
import type { MigrationContext } from '../migration.js';
import type { Leg } from './leg.js';

const schema = z.object({ what: z.string(), store: z.string(), items: z.number().int(), digest: z.string() });
const prefix = 'proven/';

/** Keeps what validation found of each package, with the attempt. */
export async function keepProofs(
  { parcels, to }: Leg,
  { ledger, attempt }: MigrationContext,
  found: readonly ValidatedTable[],
): Promise<void> {
  for (const { title, package: name } of parcels) {
    const equal = found.find(({ table }) => table === title);
    if (equal === undefined)
      throw new CorruptDataError(`package "${name}" was carried into "${to}", and not validated`);
    const proof: Proof = { what: `package ${name}`, store: to, items: equal.items, digest: equal.digest };
    await ledger.putDocument(attempt, prefix + title, proof as Json);
  }
}

/** All that was kept in an attempt, in the order of rounds, then packages. */
export async function proofsOf({ ledger, attempt }: MigrationContext): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for await (const { name, body } of ledger.documents(attempt, prefix)) {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new CorruptDataError(`${name} of attempt ${attempt} in the ledger does not parse`);
    proofs.push(parsed.data);
  }
  return proofs;
}
