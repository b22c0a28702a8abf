import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { InputError } from '../errors.js';
import { credentialsFault } from './credentials-fault.js';

export interface Secret {
  readonly username?: string | undefined;
  readonly password: string;
}

const secretSchema = z.looseObject({ username: z.string().min(1).optional(), password: z.string().min(1) });

/** The SDK's client sends a request three times. */
const requestsAtMost = 3;

/**
 * The password from Secrets Manager, and the user where the secret names one; `field` is where the ARN was given. Throws InputError for a secret that cannot be
 * read or is another thing, StoreUnavailableError where the next time may be otherwise.
 */
export async function readSecret(secretArn: string, field: string, requestTimeoutMs: number): Promise<Secret> {
  // The region stands in the ARN: arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME.
  const region = secretArn.split(':')[3] ?? '';
  const client = new SecretsManagerClient({ region });
  const abortSignal = AbortSignal.timeout(requestTimeoutMs * requestsAtMost);
  try {
    const command = new GetSecretValueCommand({ SecretId: secretArn });
    const { SecretString = '' } = await client.send(command, { abortSignal });
    return parsedSecret(SecretString, field);
  } catch (error) {
    throw credentialsFault(error, field, 'cannot be read');
  } finally {
    client.destroy();
  }
}

function parsedSecret(text: string, field: string): Secret {
  const parsed = secretSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new InputError([
    { field, message: 'names a secret that is not JSON with "password", and "username" where the URL names no user' },
  ]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
