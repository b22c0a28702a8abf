import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { CarryoverEvent } from '../src/engine/events/event.js';
import { isErrorLike } from '../src/error-like.js';
import { StoreUnavailableError } from '../src/errors.js';
import { failureOf } from '../src/ledger/request-failures.js';

export interface EventBusOptions {
  readonly region: string;
  /** How long one request may take before it counts as lost. */
  readonly requestTimeoutMs: number;
}

/** All tries of one event, the first included. The waits between them are the SDK's own. */
const maxAttempts = 3;

/**
 * Sends events to the account's default bus in a region. The client is made by the first of them: most calls send none. Rejects
 * with StoreUnavailableError when the bus did not take the event; an event whose answer was lost may come twice.
 */
export function openEventBus({ region, requestTimeoutMs }: EventBusOptions): (event: CarryoverEvent) => Promise<void> {
  let client: EventBridgeClient | undefined;
  return async ({ source, detailType, at, detail }) => {
    client ??= createClient(region, requestTimeoutMs);
    const entry = { Source: source, DetailType: detailType, Time: new Date(at), Detail: JSON.stringify(detail) };
    const { FailedEntryCount = 0, Entries } = await client
      .send(new PutEventsCommand({ Entries: [entry] }))
      .catch((error: unknown) => {
        throw new StoreUnavailableError(`EventBridge did not take the event: ${reasonOf(error)}`);
      });
    // An answer of success may refuse the entry: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    if (FailedEntryCount === 0) return;
    const { ErrorCode = 'no code', ErrorMessage = 'no reason' } = Entries?.[0] ?? {};
    throw new StoreUnavailableError(`EventBridge did not take the event: ${ErrorCode}: ${ErrorMessage}`);
  };
}

/** Without the words of the service where those may repeat the request's authorization. */
function reasonOf(error: unknown): string {
  if (!isErrorLike(error)) return String(error);
  return failureOf(error) === 'credentials' ? `the credentials (${error.name})` : `${error.name}: ${error.message}`;
}

function createClient(region: string, requestTimeoutMs: number): EventBridgeClient {
  return new EventBridgeClient({
    region,
    maxAttempts,
    requestHandler: new NodeHttpHandler({
      requestTimeout: requestTimeoutMs,
      connectionTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    }),
  });
}
