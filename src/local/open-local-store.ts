import { openStore } from '../stores/open-store.js';
import { locationOf, type StoreUrl } from '../stores/store-url.js';
import type { Store } from '../stores/store.js';
import { startEmbeddedDynamodb } from './embedded-dynamodb.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';

export interface OpenedStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** Opens a store; an embedded one after its engine was started, or found where another process runs it. */
export async function openLocalStore(url: StoreUrl, requestTimeoutMs: number): Promise<OpenedStore> {
  const { url: real, stop } = await startEngine(url);
  const store = openStore(real, { requestTimeoutMs, location: locationOf(url) });
  return {
    store,
    async close() {
      await store.close();
      await stop();
    },
  };
}

/** The engine's real address; engines that are not embedded are where their URL says. */
export async function startEngine(url: StoreUrl): Promise<{ url: StoreUrl; stop(): Promise<void> }> {
  if (url.kind === 'embedded-dynamodb') {
    const { endpoint, stop } = await startEmbeddedDynamodb({ path: url.path });
    return { url: { kind: 'dynamodb', region: 'us-east-1', prefix: url.prefix, endpoint }, stop };
  }
  if (url.kind === 'embedded-postgres') {
    const { url: connectionString, stop } = await startEmbeddedPostgres({ path: url.path });
    return { url: { kind: 'postgres', connectionString, schema: url.schema }, stop };
  }
  return { url, stop: () => Promise.resolve() };
}
