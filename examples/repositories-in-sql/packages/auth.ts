import type { Item, PackageContext, PackageEntry, PackageToImport } from 'carryover';
import { accessKeysPartition, usersPartition } from '../../repositories/records.js';
import { AccessKeySchema, UserSchema } from '../../repositories/users_pb.js';
import { entryOf } from './entry-of.js';
import { bytesAt, listAt, textAt, timeAt } from './row-values.js';

/** Users by their names, access keys by their ids: what refers to a user by number so far does so by name from now on. */
export const auth: PackageToImport = {
  name: 'auth',
  tables: ['users', 'access_keys'],
  migrate: (rows, context) => (context.table === 'users' ? rows.map(userOf) : accessKeys(rows, context)),
};

function userOf(row: Item): PackageEntry {
  const name = textAt(row, 'name');
  return entryOf(UserSchema, usersPartition, name, {
    ...{ name, email: textAt(row, 'email'), groups: listAt(row, 'groups') },
    created: timeAt(row, 'created'),
  });
}

async function* accessKeys(rows: readonly Item[], { get }: PackageContext): AsyncGenerator<PackageEntry> {
  const owners = await get(
    'users',
    rows.map((row) => ({ id: row['user_id'] ?? { N: '' } })),
  );
  for (const [index, row] of rows.entries()) {
    const [id, owner] = [textAt(row, 'id'), owners[index]];
    if (owner === undefined) throw new Error(`access key ${id} is of a user that is not there`);
    yield entryOf(AccessKeySchema, accessKeysPartition, id, {
      ...{ id, user: textAt(owner, 'name'), secretHash: bytesAt(row, 'secret_hash') },
      created: timeAt(row, 'created'),
    });
  }
}
