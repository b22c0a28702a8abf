import type { Item } from '../../stores/item.js';
import type { Fence, Store, TableDescription, Usage, Writer } from '../../stores/store.js';

/**
 * The database, as the store in which the shadow is made and filled beside the table `old`. `written` is called with items once
 * they are durable, before `flush` returns. Fences are the database's own, though this object is another one.
 */
export function shadowStore(home: Store, old: string, written?: (items: readonly Item[]) => Promise<void>): Store {
  const beside = (description: TableDescription): TableDescription => home.beside?.(description, old) ?? description;
  const { remove } = home;
  const changed: Partial<Store> = {
    preflight: (description, role) => home.preflight(role === 'target' ? beside(description) : description, role),
    create: (description, fence) => home.create(beside(description), own(fence)),
    drop: (table, fence, together) => home.drop(table, own(fence), together),
    finish: (description, fence) => home.finish(beside(description), own(fence)),
    ...(remove && { remove: (table, keys, fence) => remove.call(home, table, keys, own(fence)) }),
    writer(table, { fence, ...options }) {
      const writer = home.writer(table, fence === undefined ? options : { ...options, fence: own(fence) });
      return written === undefined ? writer : followed(writer, written);
    },
  };
  return new Proxy(home, {
    get(_, property) {
      if (Object.hasOwn(changed, property)) return changed[property as keyof Store];
      // Private fields are the store's own, so its methods run on it and not on the proxy.
      const value: unknown = Reflect.get(home, property, home);
      return typeof value === 'function' ? (value.bind(home) as unknown) : value;
    },
  });
}

function own(fence: Fence): Fence;
function own(fence: Fence | undefined): Fence | undefined;
function own(fence: Fence | undefined): Fence | undefined {
  if (fence === undefined) return undefined;
  const { elsewhere: _, ...here } = fence;
  return here;
}

/** Memory stays bounded: whoever writes flushes when the writer is full. */
function followed(writer: Writer, written: (items: readonly Item[]) => Promise<void>): Writer {
  const items: Item[] = [];
  return {
    get full() {
      return writer.full;
    },
    async write(more) {
      await writer.write(more);
      for (const item of more) items.push(item);
    },
    async flush(): Promise<Usage> {
      const usage = await writer.flush();
      if (items.length > 0) await written(items.splice(0));
      return usage;
    },
    abandon: () => writer.abandon(),
  };
}
