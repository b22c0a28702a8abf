import type { Store } from '../../../src/stores/store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { tableNames } from '../../engine/memory-stores.js';

export interface GuardedDrops {
  readonly store: Store;
  /** The tables that drops found and took away, in their order. */
  readonly gone: readonly string[];
  /** Drops of one of the service's tables at a time when the version was not written. */
  readonly early: readonly string[];
}

/** The database of the packages' tables, which looks at its version whenever a table is dropped. */
export function guardDrops(store: Store): GuardedDrops {
  const [gone, early]: [string[], string[]] = [[], []];
  const drop: Store['drop'] = async (table, ...rest) => {
    const there = (await tableNames(store)).includes(table);
    if (((await readState(store.keyValues))?.version ?? 0) < 1) early.push(table);
    const done = await store.drop(table, ...rest);
    if (there && !(await tableNames(store)).includes(table)) gone.push(table);
    return done;
  };
  const guarded = new Proxy(store, {
    get(_, property) {
      if (property === 'drop') return drop;
      // Private fields are the store's own, so its methods run on it.
      const value: unknown = Reflect.get(store, property, store);
      return typeof value === 'function' ? (value.bind(store) as unknown) : value;
    },
  });
  return { store: guarded, gone, early };
}
