import type { StagedChange } from './objects_pb.js';
import { comparePaths } from './path-order.js';
import { stagedOf, type Backend } from './records.js';
import type { Change } from './tree-change.js';

/** What was staged at a token, in order of the paths, from one on (inclusive). */
export async function* stagedChanges(backend: Backend, token: string, from = ''): AsyncGenerator<Change> {
  for await (const { key, message } of stagedOf(backend, token).scan(from))
    yield { path: Buffer.from(key).toString(), object: putOf(message.change) };
}

/** The newest change of a path among these tokens, newest first; undefined when none of them has one. */
export async function stagedChange(
  backend: Backend,
  tokens: readonly string[],
  path: string,
): Promise<Change | undefined> {
  for (const token of tokens) {
    const found = await stagedOf(backend, token).get(path);
    if (found !== undefined) return { path, object: putOf(found.message.change) };
  }
  return undefined;
}

const putOf = (change: StagedChange['change']): Change['object'] => (change.case === 'put' ? change.value : undefined);

/** One change a path, in order of the paths: that of the first source which has one. Each source is in order. */
export async function* newestOf(sources: readonly AsyncIterable<Change>[]): AsyncGenerator<Change> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
    for (;;) {
      let newest: Change | undefined;
      for (const head of heads)
        if (head.done !== true && (newest === undefined || comparePaths(head.value.path, newest.path) < 0))
          newest = head.value;
      if (newest === undefined) return;
      yield newest;
      for (const [index, head] of heads.entries()) {
        const iterator = iterators[index];
        if (iterator !== undefined && head.done !== true && head.value.path === newest.path)
          heads[index] = await iterator.next();
      }
    }
  } finally {
    for (const iterator of iterators) await iterator.return?.();
  }
}
