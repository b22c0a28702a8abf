import type { Item } from '../../stores/item.js';
import type { Fence, Store, Usage, Writer } from '../../stores/store.js';

/**
 * The database, as the store in which the shadow is made and filled. `written` is called with items once
 * they are durable, before `flush` returns. Fences are the database's own, though this object is another one.
 */
export function shadowStore(home: Store, written?: (items: readonly Item[]) => Promise<void>): Store {
  const { remove } = home;
  const changed: Partial<Store> = {
    create: (description, fence) => home.create(description, own(fence)),
    drop: (table, fence, together) => home.drop(table, own(fence), together),
    finish: (description, fence) => home.finish(description, own(fence)),
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
