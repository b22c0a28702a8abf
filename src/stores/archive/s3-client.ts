import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { awsCredentials } from '../../aws-credentials.js';
import { countThrottles, type OnThrottled } from '../count-throttles.js';
import type { Fence } from '../store.js';
import { isThrottling } from './s3-errors.js';

/** A prefix in an S3 bucket. Credentials come from the standard chain, a profile, or a role taken with those. */
export interface S3Location {
  readonly bucket: string;
  /** '' for the bucket's root; slashes at the ends do not matter. */
  readonly prefix: string;
  readonly region?: string | undefined;
  /** Another service that speaks S3's protocol. */
  readonly endpoint?: string | undefined;
  readonly profile?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
}

/** Each attempt has its own timeout; the SDK waits between attempts with full jitter, 20 s at the most. */
const attemptsAtMost = 6;

/** Not loaded or connected before the first request. */
export function createS3Client(
  location: S3Location,
  requestTimeoutMs: number,
  attempts = attemptsAtMost,
  onThrottled?: OnThrottled,
): S3Client {
  const config: S3ClientConfig = {
    maxAttempts: attempts,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    }),
    followRegionRedirects: location.endpoint === undefined,
    forcePathStyle: location.endpoint !== undefined,
    // Other servers that speak S3 store the framing of streamed checksums as data, or refuse it. S3 itself checks them.
    requestChecksumCalculation: location.endpoint === undefined ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    responseChecksumValidation: location.endpoint === undefined ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
  };
  const credentials = awsCredentials({ ...location, requestTimeoutMs });
  const region = location.region ?? (location.endpoint === undefined ? undefined : 'us-east-1');
  const client = new S3Client({
    ...config,
    ...(region === undefined ? {} : { region }),
    ...(location.endpoint === undefined ? {} : { endpoint: location.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  return countThrottles(client, isThrottling, onThrottled);
}

interface MiddlewareStack {
  add(
    middleware: <T>(next: (args: T) => Promise<unknown>) => (args: T) => Promise<unknown>,
    options: { step: 'finalizeRequest'; priority: 'low'; name: string },
  ): void;
}

/**
 * Asks the fence before each attempt of a request: below the SDK's retries, which may send it again much later. The
 * error of the fence is none that the SDK retries.
 */
export function fenced<C>(command: C & { readonly middlewareStack: unknown }, fence: Fence | undefined): C {
  if (fence !== undefined) {
    (command.middlewareStack as MiddlewareStack).add(
      (next) => (args) => {
        fence.assertMaySend();
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'fence' },
    );
  }
  return command;
}
