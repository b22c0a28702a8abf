import { InputError } from '../errors.js';
import type { KeyValueDriver } from '../kv/key-value-driver.js';
import type { Project } from '../project.js';
import type { Settings } from '../settings.js';
import { parseStoreUrl, type StoreUrl } from '../stores/store-url.js';
import type { Store } from '../stores/store.js';
import { openLocalKeyValueDriver } from './open-key-value-store.js';
import { openLocalStore, type OpenedStore } from './open-local-store.js';

/** The stores that a project declares, each opened once, when it is asked for first. */
export interface LocalStores {
  openStore(name: string): Promise<Store>;
  /** A key-value store of the service's own, in a table of the store of this name. */
  openKeyValueDriver(store: string, table: string): Promise<KeyValueDriver>;
  /** Closes what was opened, and stops the engines that this process started. */
  close(): Promise<void>;
}

export function localStores(project: Project, { requestTimeoutMs }: Pick<Settings, 'requestTimeoutMs'>): LocalStores {
  const stores = new Map<string, Promise<OpenedStore>>();
  const keyValues = new Map<string, Promise<KeyValueDriver>>();
  const open = async (name: string): Promise<OpenedStore> =>
    await openLocalStore(declaredUrl(project, name), requestTimeoutMs);
  return {
    async openStore(name) {
      const opening = stores.get(name) ?? open(name);
      stores.set(name, opening);
      return (await opening).store;
    },
    openKeyValueDriver(store, table) {
      const name = JSON.stringify([store, table]);
      const opening =
        keyValues.get(name) ?? openLocalKeyValueDriver(declaredUrl(project, store), table, { requestTimeoutMs });
      keyValues.set(name, opening);
      return opening;
    },
    async close() {
      for (const driver of await Promise.allSettled(keyValues.values()))
        if (driver.status === 'fulfilled') await driver.value.close();
      for (const store of await Promise.allSettled(stores.values()))
        if (store.status === 'fulfilled') await store.value.close();
    },
  };
}

function declaredUrl(project: Project, name: string): StoreUrl {
  const declaration = project.stores[name];
  const parsed = parseStoreUrl(
    typeof declaration === 'string' ? declaration : (declaration?.url ?? ''),
    `stores.${name}`,
  );
  if ('faults' in parsed) throw new InputError(parsed.faults);
  return parsed.url;
}
