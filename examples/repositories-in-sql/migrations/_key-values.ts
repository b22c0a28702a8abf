import { importPackages, type ImportPackagesOptions, type MigrationDefinition } from 'carryover';
import { actions } from '../packages/actions.js';
import { auth } from '../packages/auth.js';
import { multiparts } from '../packages/multiparts.js';
import { refs } from '../packages/refs.js';

/** The table of the key-value store that the service reads from version 3 on. */
export const serviceTable = 'repositories';

/** Carries all packages of the service to the key-value store `to`; the tests carry them to others, and by way of an archive. */
export function toKeyValues(
  to: string,
  options: Partial<Omit<ImportPackagesOptions, 'packages' | 'to'>> = {},
): MigrationDefinition {
  return importPackages({
    packages: [refs, auth, actions, multiparts],
    to: { store: to, table: serviceTable },
    when: 'keyValueStore',
    onRerun: 'restart',
    ...options,
  });
}
