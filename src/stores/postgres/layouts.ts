import type { KeyValueStore } from '../../kv/key-value-store.js';
import type { RetryOptions } from '../../kv/retry-policy.js';
import { loadOriginalDescription } from '../original-description.js';
import type { TableDescription } from '../store.js';
import { describeTable } from './catalog/describe-table.js';
import type { Connections } from './connections.js';
import { layoutOf, type Layout } from './layout.js';
import { retrying } from './retrying.js';

export interface LayoutsOptions {
  readonly schema: string;
  readonly connections: Connections;
  readonly keyValues: KeyValueStore;
  readonly retry: RetryOptions;
  readonly timeoutMs: number;
}

/** Describes tables, and remembers how their rows are items as long as nobody creates or drops them here. */
export class Layouts {
  readonly #known = new Map<string, Promise<Layout>>();

  constructor(private readonly options: LayoutsOptions) {}

  /** The table as the engine that it came from described it. Throws TableNotFoundError. */
  async describe(table: string): Promise<TableDescription> {
    this.forget(table);
    const { physical, original } = await this.#look(table);
    if (original === undefined) return physical;
    const { items, sizeBytes } = physical;
    return {
      ...original,
      ...(items === undefined ? {} : { items }),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
    };
  }

  /** Throws TableNotFoundError. */
  of(table: string): Promise<Layout> {
    const known = this.#known.get(table);
    if (known !== undefined) return known;
    const layout = this.#look(table).then(({ physical, original }) =>
      layoutOf(this.options.schema, physical, original),
    );
    this.#known.set(table, layout);
    layout.catch(() => this.forget(table));
    return layout;
  }

  forget(table: string): void {
    this.#known.delete(table);
  }

  forgetAll(): void {
    this.#known.clear();
  }

  async #look(table: string): Promise<{ physical: TableDescription; original: TableDescription | undefined }> {
    const { connections, keyValues, retry, schema, timeoutMs } = this.options;
    const physical = await retrying(
      retry,
      () => undefined,
      () =>
        connections.use((session) => session.within(timeoutMs, describeTable(session.client, schema, table)), table),
    );
    return { physical, original: await loadOriginalDescription(keyValues, table, physical.identity) };
  }
}
