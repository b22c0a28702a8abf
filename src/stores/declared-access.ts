import { InputError } from '../errors.js';
import type { DeclaredStore } from '../project.js';
import { rdsTokens } from './rds-token.js';
import { readSecret } from './read-secret.js';
import type { PostgresUrl } from './store-url.js';

/** How a declared store is reached: its URL with the user who opens it, and whom to ask for a password. */
export interface DeclaredAccess {
  readonly url: PostgresUrl;
  readonly password?: () => Promise<string>;
}

/**
 * Who opens a declared store and by which password; `field` is where it is declared. Passwords go nowhere but to the server.
 * Throws InputError where the declaration or its secret gives none, StoreUnavailableError where AWS may the next time.
 */
export async function declaredAccess(
  url: PostgresUrl,
  { secretArn, iam }: DeclaredStore,
  field: string,
  requestTimeoutMs: number,
): Promise<DeclaredAccess> {
  if (iam !== undefined) return { url, password: rdsTokens(url, iam, `${field}.iam`) };
  if (secretArn === undefined) return { url };
  return await bySecret(url, secretArn, `${field}.secretArn`, requestTimeoutMs);
}

/** The secret is read again for each connection, so that a rotation does not end the runs that are under way. */
async function bySecret(
  url: PostgresUrl,
  secretArn: string,
  field: string,
  requestTimeoutMs: number,
): Promise<DeclaredAccess> {
  const read = () => readSecret(secretArn, field, requestTimeoutMs);
  const first = await read();
  const withUser = new URL(url.connectionString);
  if (first.username !== undefined) withUser.username = encodeURIComponent(first.username);
  if (withUser.username === '')
    throw new InputError([{ field, message: 'names a secret without "username", and the URL names no user either' }]);
  withUser.password = '';
  const password = async (): Promise<string> => {
    const secret = await read();
    // A rotation that changes from one user to another leaves the former its password until the next one.
    return (secret.username === first.username ? secret : first).password;
  };
  return { url: { ...url, connectionString: withUser.toString() }, password };
}
