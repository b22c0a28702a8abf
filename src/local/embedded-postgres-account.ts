import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A user of the system whom the server runs as. */
export interface Account {
  readonly name: string;
  readonly ids: { readonly uid: number; readonly gid: number };
}

/**
 * PostgreSQL refuses to run as root. When root starts it, it runs as the owner of its data; before there are any, as the
 * owner of its folder, else as `postgres`, else as `nobody`, whom every system knows: no user has to be added. An
 * ordinary user runs it as himself: undefined.
 */
export async function serverAccount(folder: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const data = await stat(join(folder, 'data')).catch(() => undefined);
  if (data !== undefined && data.uid !== 0) return { name: `of id ${data.uid}`, ids: { uid: data.uid, gid: data.gid } };
  const [passwd, { uid }] = await Promise.all([readFile('/etc/passwd', 'utf8'), stat(folder)]);
  return chooseAccount(passwd, uid);
}

/** The account out of a password file. An owner whom the file does not list cannot be used: initdb looks him up. */
export function chooseAccount(passwd: string, folderOwner: number): Account {
  const accounts = passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, ids: { uid: Number(uid), gid: Number(gid) } }] : [];
  });
  const account =
    accounts.find(({ ids }) => ids.uid === folderOwner && ids.uid !== 0) ??
    accounts.find(({ name }) => name === 'postgres') ??
    accounts.find(({ name }) => name === 'nobody');
  if (account !== undefined) return account;
  throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as');
}
