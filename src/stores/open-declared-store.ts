import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { InputError } from '../errors.js';
import type { DeclaredStore, Project } from '../project.js';
import type { Settings } from '../settings.js';
import { openStore } from './open-store.js';
import { locationOf, parseStoreUrl, type PostgresUrl, type StoreUrl } from './store-url.js';
import type { Store } from './store.js';

const secretSchema = z.looseObject({ username: z.string().min(1), password: z.string().min(1) });

/**
 * Opens the store that a project declares under this name; a PostgreSQL store with a secret reads user and password from
 * Secrets Manager, and they go nowhere else. Throws InputError for a URL or a secret that does not parse.
 */
export async function openDeclaredStore(project: Project, name: string, settings: Settings): Promise<Store> {
  const declared = project.stores[name];
  const declaration: DeclaredStore = typeof declared === 'string' ? { url: declared } : (declared ?? { url: '' });
  const field = `stores.${name}`;
  const parsed = parseStoreUrl(declaration.url, `${field}.url`);
  if ('faults' in parsed) throw new InputError(parsed.faults);
  const url = await withSecret(parsed.url, declaration.secretArn, field);
  return openStore(url, { requestTimeoutMs: settings.requestTimeoutMs, location: locationOf(parsed.url) });
}

async function withSecret(url: StoreUrl, secretArn: string | undefined, field: string): Promise<StoreUrl> {
  if (secretArn === undefined) return url;
  if (url.kind !== 'postgres')
    throw new InputError([
      { field: `${field}.secretArn`, message: 'is for PostgreSQL stores; others use the AWS credentials chain' },
    ]);
  const client = new SecretsManagerClient({});
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    return withCredentials(url, SecretString, field);
  } finally {
    client.destroy();
  }
}

function withCredentials(url: PostgresUrl, secret: string, field: string): PostgresUrl {
  const parsed = secretSchema.safeParse(jsonOf(secret));
  if (!parsed.success)
    throw new InputError([
      { field: `${field}.secretArn`, message: 'names a secret that is not JSON with "username" and "password"' },
    ]);
  const withUser = new URL(url.connectionString);
  withUser.username = encodeURIComponent(parsed.data.username);
  withUser.password = encodeURIComponent(parsed.data.password);
  return { ...url, connectionString: withUser.toString() };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
