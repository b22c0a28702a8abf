import { fromEnv, fromIni, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentityProvider } from '@smithy/types';

/** How an AWS service is reached, as a store's URL says it. */
export interface AwsAccessOptions {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  /** A role to assume, and the external id that its trust policy may ask for. */
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  /** A profile of the shared configuration files. */
  readonly profile?: string | undefined;
  /** How long one request may take before it counts as lost. */
  readonly requestTimeoutMs: number;
}

/** The credentials that the options ask for; undefined for the standard chain of the SDK. */
export function awsCredentials(options: AwsAccessOptions): AwsCredentialIdentityProvider | undefined {
  const { region, roleArn, externalId, profile, endpoint, requestTimeoutMs } = options;
  if (roleArn !== undefined) {
    const requestHandler = new NodeHttpHandler({
      requestTimeout: requestTimeoutMs,
      connectionTimeout: requestTimeoutMs,
    });
    return fromTemporaryCredentials({
      params: {
        RoleArn: roleArn,
        RoleSessionName: 'carryover',
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      },
      clientConfig: { requestHandler, ...(region === undefined ? {} : { region }) },
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
