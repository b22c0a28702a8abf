import type { Clock } from '../../src/clock.js';
import type { MigrationDefinition } from '../../src/migrations/definition.js';
import type { Registry } from '../../src/migrations/registry.js';
import type { FreezeCall, Project } from '../../src/project.js';
import { noUsage, type Store } from '../../src/stores/store.js';
import { changeState } from '../../src/versions/state-entry.js';
import { systemClock } from '../../src/system-clock.js';
import { registered } from './chain/marking-steps.js';
import { filled } from './memory-stores.js';

/** Longer than any other wait of the engine, and of a length of its own. */
export const namesKeptMs = 777_777;

type Hook = (call: FreezeCall) => Promise<void> | void;

/** A service with hooks, and the order of what happens to it: `freeze`, `read`, `swap`, `wait`, `thaw`. */
export class FrozenService {
  readonly events: string[] = [];
  readonly calls: FreezeCall[] = [];
  /** Called by the hooks after they were recorded: throws to fail them. */
  onFreeze: Hook = () => undefined;
  onThaw: Hook = () => undefined;

  readonly hooks: Pick<Project, 'freeze' | 'thaw'> = {
    freeze: async (call) => {
      this.#happens('freeze', call);
      await this.onFreeze(call);
    },
    thaw: async (call) => {
      this.#happens('thaw', call);
      await this.onThaw(call);
    },
  };

  /** The clock of this machine, but for the time that names are kept, which passes at once. */
  readonly clock: Clock = {
    ...systemClock,
    sleep: async (ms, signal) => {
      if (ms !== namesKeptMs) return await systemClock.sleep(ms, signal);
      this.events.push('wait');
    },
  };

  /** The events without repetitions in a row. */
  get order(): string[] {
    return this.events.filter((event, index) => event !== this.events[index - 1]);
  }

  /** A store that this service writes to, with its reads and the change of its active names among the events. */
  async store(): Promise<Store> {
    const store = await filled(5);
    await changeState(store.keyValues, (state) => ({ ...state, baseline: 0 }));
    const keyValues = seen(store.keyValues, (method, [, , value]) => {
      if (method === 'setIf' && text(value).includes('"active":{"orders"') && !this.events.includes('swap'))
        this.events.push('swap');
    });
    const reads = (method: string): void => {
      if (method === 'read') this.events.push('read');
    };
    return seen(store, reads, { keyValues });
  }

  #happens(event: string, call: FreezeCall): void {
    this.events.push(event);
    this.calls.push(call);
  }
}

const text = (value: unknown): string => (value instanceof Uint8Array ? new TextDecoder().decode(value) : '');

type See = (method: string, args: readonly unknown[]) => void;

/** An object whose calls are seen before they are made; `fields` are in the place of its own. */
function seen<T extends object>(target: T, see: See, fields: Partial<T> = {}): T {
  return new Proxy(target, {
    get(_, property) {
      const value: unknown = Reflect.get(Object.hasOwn(fields, property) ? fields : target, property);
      if (typeof value !== 'function' || typeof property === 'symbol') return value;
      return (...args: unknown[]) => {
        see(property, args);
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

/** What a step of the chain does beside reading `orders`: asked before it reads. */
export type Meanwhile = () => Promise<void> | void;

/** A chain of one step, which reads the table `orders` of the store `database` and makes another name of it active. */
export function readingStep(meanwhile: Meanwhile = () => undefined): Registry {
  const definition: MigrationDefinition = {
    kind: 'reading',
    open: async ({ database, openStore }) => {
      const store = await openStore(database);
      return {
        forecast: () => Promise.resolve({ faults: [], warnings: [], tables: [], drops: [] }),
        async *setup() {
          const plan = async () => (await store.split('orders', 1)) as never;
          yield { group: { table: 'orders', restart: false, plan } };
        },
        async *migrate(unit) {
          await meanwhile();
          for await (const { cursor, items, sizeBytes } of store.read(unit.work as never))
            yield { cursor, items: items.length, sizeBytes, usage: noUsage };
        },
        async *expects() {
          // Nothing is compared.
        },
        async *complete() {
          // The state entry is all there is to change.
        },
        cutover: () => Promise.resolve({ active: { orders: 'orders_v1' }, namesKeptMs }),
        cleanup: () => Promise.resolve(true),
      };
    },
  };
  return { migrations: [registered(1, definition)] };
}
