import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Reads } from './reads.js';

/** One answer of the service: what was asked, and what came. */
export interface Answer {
  readonly asked: string;
  readonly value: unknown;
}

/** All that the service knows, one answer after the other, in an order that is the same each time. */
export async function* everythingIn(reads: Reads): AsyncGenerator<Answer> {
  yield* answers('users', reads.listUsers());
  yield* answers('access keys', reads.listAccessKeys());
  for await (const repository of reads.listRepositories()) {
    const { name } = repository;
    yield { asked: 'repositories', value: repository };
    const refs: string[] = [];
    for await (const { asked, value } of answers(`branches of ${name}`, reads.listBranches(name))) {
      yield { asked, value };
      refs.push(value.name);
    }
    for await (const { asked, value } of answers(`tags of ${name}`, reads.listTags(name))) {
      yield { asked, value };
      refs.push(value.name);
    }
    for (const ref of refs) yield* ofRef(reads, name, ref);
    yield* answers(`runs of ${name}`, reads.listRuns(name));
    yield* answers(`uploads of ${name}`, reads.listUploads(name));
  }
}

async function* ofRef(reads: Reads, name: string, ref: string): AsyncGenerator<Answer> {
  yield* answers(`log of ${name}, ${ref}`, reads.log(name, ref));
  const get = async (path: string): Promise<Answer> => ({
    asked: `${path} of ${name}, ${ref}`,
    value: await reads.getObject(name, ref, path),
  });
  yield await get('there is none');
  let count = 0;
  for await (const answer of answers(`objects of ${name}, ${ref}`, reads.listObjects(name, ref))) {
    yield answer;
    // Some are asked for by their paths too: the 1st, 4th, 16th, 64th, …
    if (Number.isInteger(Math.log(++count) / Math.log(4))) yield await get(answer.value.path);
  }
}

async function* answers<T>(asked: string, values: AsyncIterable<T>): AsyncGenerator<Answer & { readonly value: T }> {
  for await (const value of values) yield { asked, value };
}

export interface ReadsComparison {
  /** Answers that both gave. */
  readonly compared: number;
  /** The first answer in which they differ; behind it nothing was compared. */
  readonly difference?: { readonly before: Answer | undefined; readonly after: Answer | undefined };
}

/** Asks both for all that they know, side by side, and compares answer by answer. */
export async function compareReads(before: Reads, after: Reads): Promise<ReadsComparison> {
  const [one, other] = [everythingIn(before), everythingIn(after)];
  for (let compared = 0; ; compared++) {
    const [a, b] = await Promise.all([one.next(), other.next()]);
    if (a.done === true && b.done === true) return { compared };
    if (isDeepStrictEqual(a.value, b.value)) continue;
    await Promise.all([one.return(undefined), other.return(undefined)]);
    return { compared, difference: { before: a.value ?? undefined, after: b.value ?? undefined } };
  }
}

/** How many answers there are, and a digest of all of them: for two selves that are not there at the same time. */
export async function digestOf(reads: Reads): Promise<{ readonly answers: number; readonly digest: string }> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const { asked, value } of everythingIn(reads)) {
    hash.update(`${asked} ${sortedJson(value)}\n`);
    count++;
  }
  return { answers: count, digest: hash.digest('hex') };
}

/** JSON with the names of each object sorted, since no order of them means anything. */
function sortedJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ) ?? 'nothing'
  );
}
