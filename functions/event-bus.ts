import { EventBridgeClient, PutEventsCommand, type PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { CarryoverEvent } from '../src/engine/events/event.js';
import { isErrorLike } from '../src/error-like.js';
import { StoreUnavailableError } from '../src/errors.js';
import { failureOf } from '../src/ledger/request-failures.js';

export interface EventBusOptions {
  readonly region: string;
  /** How long one request may take before it counts as lost; two seconds at most. */
  readonly requestTimeoutMs: number;
}

/** All tries of one event, the first included. The waits between them are the SDK's own. */
const maxAttempts = 3;

/** A run waits for its events: what is not taken soon is left to the ledger. */
const mostRequestMs = 2_000;

/**
 * Sends events to the account's default bus in a region. The client is made by the first of them: most calls send none. Rejects
 * with StoreUnavailableError when the bus did not take the event; an event whose answer was lost may come twice.
 */
export function openEventBus({ region, requestTimeoutMs }: EventBusOptions): (event: CarryoverEvent) => Promise<void> {
  let client: EventBridgeClient | undefined;
  return async ({ source, detailType, at, detail }) => {
    client ??= createClient(region, Math.min(requestTimeoutMs, mostRequestMs));
    const entry = { Source: source, DetailType: detailType, Time: new Date(at), Detail: JSON.stringify(detail) };
    const refusal = await client.send(new PutEventsCommand({ Entries: [entry] })).then(refusalOf, reasonOf);
    if (refusal === undefined) return;
    // For the function's log: a step goes on without its event.
    console.warn(`EventBridge did not take "${detailType}": ${refusal}`);
    throw new StoreUnavailableError(`EventBridge did not take the event: ${refusal}`);
  };
}

/** An answer of success may refuse the entry: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
function refusalOf({ FailedEntryCount = 0, Entries }: PutEventsCommandOutput): string | undefined {
  if (FailedEntryCount === 0) return undefined;
  const { ErrorCode = 'no code', ErrorMessage = 'no reason' } = Entries?.[0] ?? {};
  return `${ErrorCode}: ${ErrorMessage}`;
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
