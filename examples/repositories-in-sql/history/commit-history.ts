import { bytesOf, idOf, timeAfter } from './derived-values.js';
import type { Rows, Value } from './rows.js';
import type { SourceRepository } from './source-repositories.js';

type Synset = SourceRepository['synsets'][number];

/** The service keeps so many objects in a range at most. */
const rangeLimit = 32;
const objectsACommit = 64;

interface Range {
  readonly commitId: string;
  readonly number: number;
  readonly objects: readonly { readonly id: number; readonly synset: Synset }[];
}

export interface Commit {
  readonly id: string;
  readonly generation: number;
  readonly ranges: readonly Range[];
}

/** What is known of a synset's object but its path. `version`: the same object, put another time. */
export function dataOf({ name }: SourceRepository, synset: Synset, version: number): Value[] {
  const { id, type, gloss, words } = synset;
  const metadata = { type, words: words.map(({ word }) => word).join(' ') };
  const text = version === 1 ? gloss : `${gloss} (${version})`;
  const modified = timeAfter(Number(id.slice(1)) + version);
  return [`s3://wordnet/${name}/${id}`, bytesOf('md5', text), text.length, modified, version === 2 ? {} : metadata];
}

/**
 * The commits of a repository, oldest first: an empty one, those that add 64 objects each, and one that deletes the first and
 * changes the second object of every eleventh range. `takeId` gives the next id of an object.
 */
export class CommitHistory {
  readonly commits: Commit[] = [];

  constructor(
    readonly source: SourceRepository,
    readonly rows: Rows,
    readonly takeId: () => number,
  ) {}

  get last(): Commit {
    const last = this.commits.at(-1);
    if (last === undefined) throw new Error('there is no commit yet');
    return last;
  }

  make(synsets: readonly Synset[]): void {
    // The first commit has the id of its repository.
    this.#commit(idOf(this.source.name), [], [], 'Repository created', 0);
    for (let from = 0; from < synsets.length; from += objectsACommit)
      this.#add(synsets.slice(from, from + objectsACommit));
    this.#correct();
  }

  #add(synsets: readonly Synset[]): void {
    const id = this.#nextId();
    const added: Range[] = [];
    for (let from = 0; from < synsets.length; from += rangeLimit) {
      const part = synsets.slice(from, from + rangeLimit);
      added.push({ commitId: id, number: added.length, objects: part.map((synset) => this.#object(synset, 1)) });
    }
    const message = `Add ${synsets[0]?.path ?? ''} to ${synsets.at(-1)?.path ?? ''}`;
    this.#commit(id, [...this.last.ranges, ...added], added, message, synsets.length);
  }

  #correct(): void {
    const id = this.#nextId();
    const added: Range[] = [];
    const ranges = this.last.ranges.map((range, index) => {
      const [, second, ...rest] = range.objects;
      if (index % 11 !== 0 || second === undefined) return range;
      const objects = [this.#object(second.synset, 2), ...rest];
      const changed = { commitId: id, number: added.length, objects };
      added.push(changed);
      return changed;
    });
    this.#commit(id, ranges, added, 'Correct some, leave out others', added.length * 2);
  }

  #nextId(): string {
    return idOf(`commit ${this.last.generation + 1} of ${this.source.name}`);
  }

  #object(synset: Synset, version: number): Range['objects'][number] {
    const id = this.takeId();
    const putId = idOf(`put ${version} of ${this.source.name} ${synset.path}`);
    this.rows.objects.push([id, synset.path, ...dataOf(this.source, synset, version), putId]);
    return { id, synset };
  }

  #commit(id: string, ranges: readonly Range[], added: readonly Range[], message: string, changes: number): void {
    const parent = this.commits.at(-1);
    const generation = (parent?.generation ?? 0) + 1;
    const { index, name } = this.source;
    const created = timeAfter(index * 86_400 + generation * 61);
    const committer = parent === undefined ? '' : `lexicographer-${(index + generation) % 7}`;
    const metadata = generation % 3 === 0 ? { source: 'WordNet 3.1', file: name } : {};
    this.rows.commits.push([
      ...[id, idOf(name), parent?.id ?? null, generation, committer, message, created, metadata, changes],
      ranges.map(({ objects }) => objects[0]?.synset.path ?? ''),
      ...[ranges.map(({ commitId }) => commitId), ranges.map(({ number }) => number)],
    ]);
    for (const { commitId, number, objects } of added)
      this.rows.ranges.push([commitId, number, objects.map((object) => object.id)]);
    this.commits.push({ id, generation, ranges });
  }
}
