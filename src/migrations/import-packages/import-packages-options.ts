import { z } from 'zod';
import { InputError, type Fault } from '../../errors.js';
import { inputFaults } from '../../input-faults.js';
import type { ImportPackagesOptions } from './packages.js';

const name = z.string().min(1);
const call = z.custom<unknown>((value) => typeof value === 'function', { error: 'must be a function' });
const packageName = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, {
  error: 'must have 1 to 100 letters, digits, "-", "_" and "."',
});

const schema = z.strictObject({
  packages: z.array(z.strictObject({ name: packageName, tables: z.array(name).min(1), migrate: call })).min(1),
  from: name.optional(),
  to: z.strictObject({ store: name.optional(), table: name.optional() }).optional(),
  via: name.optional(),
  keepTables: z.boolean().optional(),
  when: name.optional(),
  onRerun: z.enum(['resume', 'restart']).optional(),
});

/** Throws InputError with all that is wrong with the options by themselves. */
export function assertImportPackagesOptions(given: ImportPackagesOptions): void {
  const { error } = schema.safeParse(given);
  const faults = error === undefined ? packageFaults(given) : inputFaults(error, 'importPackages');
  if (faults.length > 0) throw new InputError(faults);
}

function packageFaults({ packages }: ImportPackagesOptions): Fault[] {
  const faults: Fault[] = [];
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const { name: owner, tables } of packages) {
    if (names.has(owner)) faults.push({ field: 'packages', message: `there are two of the name "${owner}"` });
    names.add(owner);
    for (const table of tables) {
      const other = owners.get(table);
      const message = `"${table}" belongs to package "${other}" already: a table has one owner, and is named once`;
      if (other !== undefined) faults.push({ field: `packages.${owner}.tables`, message });
      owners.set(table, owner);
    }
  }
  return faults;
}
