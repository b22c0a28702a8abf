import type { Fault } from '../errors.js';
import type { PostgresUrl } from '../stores/store-url.js';

/** Folders that a function has: Lambda's own, where Amazon's certificates lie, and that of its layers. */
const functionFolders = /^\/(var\/runtime|opt)\//;
const fileParameters = ['sslrootcert', 'sslcert', 'sslkey'];

/**
 * What keeps functions from reaching a PostgreSQL server encrypted, and from knowing that it is the right one: passwords, tokens
 * and the data itself would be anybody's on the way. A parsed URL says `verify-full` for all modes that `pg` takes for it.
 */
export function transportFaults(field: string, { connectionString }: PostgresUrl): Fault[] {
  const { searchParams } = new URL(connectionString);
  const mode = searchParams.get('sslmode');
  const faults = fileParameters.flatMap((name): Fault[] => {
    const path = searchParams.get(name);
    if (path === null || functionFolders.test(path)) return [];
    const message = `names the file "${path}" (${name}), which functions do not have: leave it out for RDS, or give a path in /opt or /var/runtime`;
    return [{ field, message }];
  });
  if (mode === 'verify-full') return faults;
  const given = mode === null ? 'asks for no encryption' : `has the sslmode "${mode}"`;
  const message = `${given}: functions reach a server only by TLS, with its certificate and name checked: give sslmode=verify-full`;
  return [...faults, { field, message }];
}
