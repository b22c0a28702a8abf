import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromEnv, fromIni, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface ConnectionOptions {
  readonly region: string;
  readonly endpoint?: string;
  /** A role to assume, and the external id that its trust policy may ask for. */
  readonly roleArn?: string;
  readonly externalId?: string;
  /** A profile of the shared configuration files. */
  readonly profile?: string;
  /** How long one request may take before it counts as lost. */
  readonly requestTimeoutMs: number;
}

/** More than the units of one process times their batches in flight, so that no request waits for a socket. */
const maxSockets = 256;

/**
 * A client that sends nothing yet. It never retries: which failure is tried again, and how often, is decided by
 * `retry-rules.ts`, because a write must ask its fence before every send.
 */
export function createDynamodbClient(options: ConnectionOptions): DynamoDBClient {
  const credentials = credentialsOf(options);
  return new DynamoDBClient({
    region: options.region,
    maxAttempts: 1,
    requestHandler: requestHandler(options.requestTimeoutMs),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(credentials === undefined ? {} : { credentials }),
  });
}

function requestHandler(requestTimeoutMs: number): NodeHttpHandler {
  return new NodeHttpHandler({
    requestTimeout: requestTimeoutMs,
    connectionTimeout: requestTimeoutMs,
    throwOnRequestTimeout: true,
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets }),
  });
}

/** Undefined: the standard chain of the SDK. */
function credentialsOf(options: ConnectionOptions): AwsCredentialIdentityProvider | undefined {
  const { region, roleArn, externalId, profile, endpoint } = options;
  if (roleArn !== undefined) {
    return fromTemporaryCredentials({
      params: {
        RoleArn: roleArn,
        RoleSessionName: 'carryover',
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      },
      clientConfig: { region, requestHandler: requestHandler(options.requestTimeoutMs) },
      ...(profile === undefined ? {} : { masterCredentials: fromIni({ profile }) }),
    });
  }
  if (profile !== undefined) return fromIni({ profile });
  return endpoint !== undefined && isLoopback(endpoint) ? localCredentials : undefined;
}

/** An emulator takes any credentials, but the SDK sends nothing without: these are no secret. */
const localCredentials: AwsCredentialIdentityProvider = async () => {
  try {
    return await fromEnv()();
  } catch {
    return { accessKeyId: 'local', secretAccessKey: 'local' };
  }
};

function isLoopback(endpoint: string): boolean {
  const host = new URL(endpoint).hostname;
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
