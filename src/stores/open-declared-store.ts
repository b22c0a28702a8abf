import { InputError } from '../errors.js';
import type { KeyValueDriver } from '../kv/key-value-driver.js';
import type { DeclaredStore, Project } from '../project.js';
import type { Settings } from '../settings.js';
import { openKeyValueDriver } from './open-key-value-driver.js';
import { openStore } from './open-store.js';
import { readSecret } from './read-secret.js';
import { locationOf, parseStoreUrl, type StoreUrl } from './store-url.js';
import type { Store } from './store.js';

/**
 * Opens the store that a project declares under this name; a PostgreSQL store with a secret reads user and password from
 * Secrets Manager, and they go nowhere else. Throws InputError for a URL or a secret that does not parse.
 */
export async function openDeclaredStore(project: Project, name: string, settings: Settings): Promise<Store> {
  const { url, location } = await reachable(project, name, settings);
  return openStore(url, { requestTimeoutMs: settings.requestTimeoutMs, location });
}

/** The driver of a key-value store in a table of the store that a project declares under this name. Throws likewise. */
export async function openDeclaredKeyValueDriver(
  project: Project,
  name: string,
  table: string,
  settings: Settings,
): Promise<KeyValueDriver> {
  const { url, location } = await reachable(project, name, settings);
  return openKeyValueDriver(url, { table, requestTimeoutMs: settings.requestTimeoutMs, location });
}

/** The declared URL with its secret, and its location without. */
async function reachable(
  project: Project,
  name: string,
  settings: Settings,
): Promise<{ url: StoreUrl; location: string }> {
  const declared = project.stores[name];
  const declaration: DeclaredStore = typeof declared === 'string' ? { url: declared } : (declared ?? { url: '' });
  const field = `stores.${name}`;
  const parsed = parseStoreUrl(declaration.url, `${field}.url`);
  if ('faults' in parsed) throw new InputError(parsed.faults);
  const url = await withSecret(parsed.url, declaration.secretArn, `${field}.secretArn`, settings.requestTimeoutMs);
  return { url, location: locationOf(parsed.url) };
}

async function withSecret(
  url: StoreUrl,
  secretArn: string | undefined,
  field: string,
  requestTimeoutMs: number,
): Promise<StoreUrl> {
  if (secretArn === undefined) return url;
  if (url.kind !== 'postgres')
    throw new InputError([{ field, message: 'is for PostgreSQL stores; others use the AWS credentials chain' }]);
  const { username, password } = await readSecret(secretArn, field, requestTimeoutMs);
  const withUser = new URL(url.connectionString);
  withUser.username = encodeURIComponent(username);
  withUser.password = encodeURIComponent(password);
  return { ...url, connectionString: withUser.toString() };
}
