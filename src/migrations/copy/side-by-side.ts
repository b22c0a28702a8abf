import type { Cursor } from '../../stores/store.js';
import type { StepProgress } from '../migration.js';

/**
 * How many tables are worked on at a time. DynamoDB takes some ten seconds to make a table or to change it, and has 500 of
 * such requests under way in an account at most.
 */
const width = 20;

interface Work<Item, Progress> {
  readonly item: Item;
  readonly steps: AsyncIterator<Progress>;
  done: boolean;
}

/**
 * Does the work of many items side by side, a step of each in turn, so that an engine which takes its time over one takes
 * it over many at once. Gives what the works give, but waits only where each of them does; and `cursorAfter` an item as
 * soon as that one and all before it are done.
 */
export async function* sideBySide<Item, Progress extends object>(
  items: AsyncIterable<Item> | Iterable<Item>,
  work: (item: Item) => AsyncIterable<Progress>,
  cursorAfter: (item: Item) => Cursor,
): AsyncIterable<Exclude<Progress, { readonly wait: true }> | StepProgress> {
  const queue = inTurn(items);
  const begun: Work<Item, Progress>[] = [];
  const open = (): Work<Item, Progress>[] => begun.filter(({ done }) => !done);
  try {
    for (let more = true; ;) {
      while (more && open().length < width) {
        const next = await queue.next();
        if (next.done === true) more = false;
        else begun.push({ item: next.value, steps: work(next.value)[Symbol.asyncIterator](), done: false });
      }
      if (begun.length === 0) return;
      let moved = false;
      for (const each of open()) {
        const step = await each.steps.next();
        each.done = step.done === true;
        if (step.done !== true && 'wait' in step.value) continue;
        moved = true;
        if (step.done !== true) yield step.value as Exclude<Progress, { readonly wait: true }>;
      }
      const last = begun.splice(0, begun.length - fromFirstOpen(begun)).at(-1);
      if (last !== undefined) yield { cursor: cursorAfter(last.item) };
      else if (!moved) yield { wait: true };
    }
  } finally {
    for (const { steps } of open()) await steps.return?.();
    await queue.return?.();
  }
}

/** How many works there are from the first that is not done. */
function fromFirstOpen(begun: readonly Work<unknown, unknown>[]): number {
  const first = begun.findIndex(({ done }) => !done);
  return first === -1 ? 0 : begun.length - first;
}

async function* inTurn<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item, void, undefined> {
  yield* items;
}
