import { NodeHttpHandler } from '@smithy/node-http-handler';

/** All tries of one request, the first included; the waits between them are the SDK's own. */
const maxAttempts = 6;
/** How long one try may take: the SDK has no limit of its own, and one connection that hangs would hold the function to its end. */
const requestTimeoutMs = 10_000;

/** What the SDK clients of this folder have in common; region and credentials are those of the function. */
export function clientSettings() {
  return {
    maxAttempts,
    requestHandler: new NodeHttpHandler({
      requestTimeout: requestTimeoutMs,
      connectionTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    }),
  };
}
