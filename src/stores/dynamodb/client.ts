import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { awsCredentials, type AwsAccessOptions } from '../../aws-credentials.js';
import { countThrottles, type OnThrottled } from '../count-throttles.js';
import { failureOf } from './retry-rules.js';

export interface ConnectionOptions extends AwsAccessOptions {
  readonly region: string;
  readonly onThrottled?: OnThrottled | undefined;
}

/** More than the units of one process times their batches in flight, so that no request waits for a socket. */
const maxSockets = 256;

/**
 * A client that sends nothing yet. It never retries: which failure is tried again, and how often, is decided by
 * `retry-rules.ts`, because a write must ask its fence before every send.
 */
export function createDynamodbClient(options: ConnectionOptions): DynamoDBClient {
  const credentials = awsCredentials(options);
  const client = new DynamoDBClient({
    region: options.region,
    maxAttempts: 1,
    requestHandler: requestHandler(options.requestTimeoutMs),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  return countThrottles(client, (error) => failureOf(error) === 'throttled', options.onThrottled);
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
