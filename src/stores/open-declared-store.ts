import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { InputError, StoreUnavailableError } from '../errors.js';
import type { KeyValueDriver } from '../kv/key-value-driver.js';
import type { DeclaredStore, Project } from '../project.js';
import type { Settings } from '../settings.js';
import { openKeyValueDriver } from './open-key-value-driver.js';
import { openStore } from './open-store.js';
import { locationOf, parseStoreUrl, type PostgresUrl, type StoreUrl } from './store-url.js';
import type { Store } from './store.js';

const secretSchema = z.looseObject({ username: z.string().min(1), password: z.string().min(1) });

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
  const url = await withSecret(parsed.url, declaration.secretArn, field, settings.requestTimeoutMs);
  return { url, location: locationOf(parsed.url) };
}

/** The SDK's client sends a request three times. */
const requestsAtMost = 3;

async function withSecret(
  url: StoreUrl,
  secretArn: string | undefined,
  field: string,
  requestTimeoutMs: number,
): Promise<StoreUrl> {
  if (secretArn === undefined) return url;
  if (url.kind !== 'postgres')
    throw new InputError([
      { field: `${field}.secretArn`, message: 'is for PostgreSQL stores; others use the AWS credentials chain' },
    ]);
  // The region stands in the ARN: arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME.
  const region = secretArn.split(':')[3] ?? '';
  const client = new SecretsManagerClient({ region });
  const abortSignal = AbortSignal.timeout(requestTimeoutMs * requestsAtMost);
  try {
    const command = new GetSecretValueCommand({ SecretId: secretArn });
    const { SecretString = '' } = await client.send(command, { abortSignal });
    return withCredentials(url, SecretString, field);
  } catch (error) {
    throw translated(error, field);
  } finally {
    client.destroy();
  }
}

/** What will not be otherwise the next time. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
const lasting =
  /^(AccessDenied|ResourceNotFound|InvalidRequest|InvalidParameter|DecryptionFailure|CredentialsProvider)/;

function translated(error: unknown, field: string): unknown {
  if (error instanceof InputError || !(error instanceof Error)) return error;
  if (lasting.test(error.name))
    return new InputError([{ field: `${field}.secretArn`, message: `cannot be read: ${error.message}` }]);
  return new StoreUnavailableError(`the secret of ${field} cannot be read: ${error.message}`, { cause: error });
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
