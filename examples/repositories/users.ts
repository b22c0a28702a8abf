import { createHash, randomBytes } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { PredicateFailedError } from '../../src/errors.js';
import { AlreadyExistsError, NotFoundError } from './errors.js';
import { assertName } from './limits.js';
import { accessKeysOf, usersOf, type Backend } from './records.js';
import type { AccessKey, User } from './users_pb.js';

/** Throws InputError, AlreadyExistsError, and OutcomeUnknownError when the user may or may not be there. */
export async function createUser(
  backend: Backend,
  { name, email, groups = [] }: { readonly name: string; readonly email: string; readonly groups?: readonly string[] },
): Promise<void> {
  assertName('user', name);
  const user = { name, email, groups: [...groups], created: timestampFromMs(backend.clock.now()) };
  try {
    await usersOf(backend).setIf(name, user, undefined);
  } catch (error) {
    if (!(error instanceof PredicateFailedError)) throw error;
    throw new AlreadyExistsError(`there is a user "${name}" already`, { cause: error });
  }
}

export async function getUser(backend: Backend, name: string): Promise<User | undefined> {
  return (await usersOf(backend).get(name))?.message;
}

/** All users, in the order of their names. */
export async function* listUsers(backend: Backend): AsyncGenerator<User> {
  for await (const { message } of usersOf(backend).scan()) yield message;
}

/** Deletes a user; from then on its access keys open nothing. An absent one is no error. */
export async function deleteUser(backend: Backend, name: string): Promise<void> {
  await usersOf(backend).delete(name);
}

/** Makes an access key of a user; nobody can read the secret later. Throws NotFoundError when there is no such user. */
export async function createAccessKey(backend: Backend, user: string): Promise<{ id: string; secret: string }> {
  if ((await getUser(backend, user)) === undefined) throw new NotFoundError(`there is no user "${user}"`);
  const id = `AK${randomBytes(9).toString('hex').toUpperCase()}`;
  const secret = randomBytes(30).toString('base64url');
  const accessKey = { id, user, secretHash: hashOf(secret), created: timestampFromMs(backend.clock.now()) };
  await accessKeysOf(backend).setIf(id, accessKey, undefined);
  return { id, secret };
}

/** Whose access key this is; undefined for an unknown one, another's secret, or one whose user is no longer there. */
export async function authenticate(backend: Backend, id: string, secret: string): Promise<User | undefined> {
  const found = (await accessKeysOf(backend).get(id))?.message;
  if (found === undefined || !hashOf(secret).equals(found.secretHash)) return undefined;
  return await getUser(backend, found.user);
}

/** All access keys, in the order of their ids. */
export async function* listAccessKeys(backend: Backend): AsyncGenerator<AccessKey> {
  for await (const { message } of accessKeysOf(backend).scan()) yield message;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
