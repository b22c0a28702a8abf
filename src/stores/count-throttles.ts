interface MiddlewareStack {
  add(
    middleware: <T>(next: (args: T) => Promise<unknown>) => (args: T) => Promise<unknown>,
    options: { step: 'finalizeRequest'; priority: 'low'; name: string },
  ): void;
}

/** Called for each request, and each part of a batch left undone, that an engine throttled: those that succeed later too. */
export type OnThrottled = () => void;

/**
 * Tells of each request of an AWS client that is answered by throttling: below the SDK's retries, so that a request
 * which it sends again counts each time.
 */
export function countThrottles<Client extends { readonly middlewareStack: unknown }>(
  client: Client,
  isThrottling: (error: unknown) => boolean,
  onThrottled: OnThrottled | undefined,
): Client {
  if (onThrottled === undefined) return client;
  (client.middlewareStack as MiddlewareStack).add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isThrottling(error)) onThrottled();
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'throttles' },
  );
  return client;
}
