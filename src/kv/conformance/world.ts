import { checkedStore } from '../checked-store.js';
import type { KeyValueDriver } from '../key-value-driver.js';
import type { KeyValueStore } from '../key-value-store.js';

/** Opens a driver over a place that holds nothing yet, not even a table. */
export type OpenDriver = () => Promise<KeyValueDriver>;

/** What a case of the suite works with. What it opens is closed when it ends. */
export interface World {
  readonly runs: Runs;
  driver(): Promise<KeyValueDriver>;
  /** A store on a new driver. */
  store(): Promise<KeyValueStore>;
}

/** How many random histories are tried: fewer over a slow engine. */
export interface Runs {
  /** One operation after another, against a map. */
  readonly sequential: number;
  /** Operations of several clients at once, some with lost answers. */
  readonly interleaved: number;
  /** Contenders for a lease. */
  readonly leases: number;
}

/** What is to hold, by its title. A case throws an AssertionError where it does not. */
export type Cases = Readonly<Record<string, (world: World) => Promise<void>>>;

/** So that faults cost no time. */
export const quick = { retry: { baseMs: 1, capMs: 20 } };

/** Runs one case on drivers of its own. */
export async function inWorld(
  openDriver: OpenDriver,
  runs: Runs,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const opened: KeyValueDriver[] = [];
  const driver = async (): Promise<KeyValueDriver> => {
    const open = await openDriver();
    opened.push(open);
    return open;
  };
  try {
    await work({ runs, driver, store: async () => checkedStore(await driver(), quick) });
  } finally {
    await Promise.all(opened.map((open) => open.close()));
  }
}
