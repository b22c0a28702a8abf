import { CommitHistory, dataOf } from './commit-history.js';
import { idOf, timeAfter } from './derived-values.js';
import type { Rows } from './rows.js';
import type { SourceRepository } from './source-repositories.js';

type Synset = SourceRepository['synsets'][number];

/** A repository with its history: nine of ten synsets are committed, the others are staged. Returns its commits, oldest first. */
export function addRefs(source: SourceRepository, rows: Rows, takeId: () => number): CommitHistory['commits'] {
  const { index, name, synsets } = source;
  const id = idOf(name);
  rows.repositories.push([id, name, `s3://wordnet/${name}`, 'main', timeAfter(index * 86_400)]);
  const committed = synsets.filter((_, at) => at % 10 !== 9);
  const uncommitted = synsets.filter((_, at) => at % 10 === 9);
  const history = new CommitHistory(source, rows, takeId);
  history.make(committed);
  const { commits } = history;
  const third = (number: number): string => commits[Math.floor((commits.length * number) / 3)]?.id ?? id;
  const [newer, older, review] = ['newer', 'older', 'review'].map((which) => idOf(`${which} token of ${name}`));
  const updated = timeAfter(index * 86_400 + commits.length * 61);
  rows.branches.push(
    [id, 'main', history.last.id, newer ?? '', [older ?? ''], updated],
    [id, 'review', third(1), review ?? '', [], updated],
    [id, 'frozen', third(1), null, [], updated],
  );
  rows.tags.push([id, 'v1', third(1), updated], [id, 'v2', third(2), updated], [id, 'empty', id, updated]);
  const staging = new Staging(source, rows);
  staging.sealed(older ?? '', committed, uncommitted);
  staging.open(newer ?? '', committed, uncommitted);
  staging.put(review ?? '', uncommitted.slice(0, 5), 3);
  return commits;
}

/** Changes that hide one another: objects that are new, changed and deleted, in the newer area and in the one before. */
class Staging {
  constructor(
    readonly source: SourceRepository,
    readonly rows: Rows,
  ) {}

  sealed(token: string, committed: readonly Synset[], uncommitted: readonly Synset[]): void {
    this.put(token, every(uncommitted, 2), 1);
    this.put(token, every(committed, 50, 1), 3);
    this.remove(token, every(committed, 50, 2));
  }

  open(token: string, committed: readonly Synset[], uncommitted: readonly Synset[]): void {
    this.put(token, every(uncommitted, 2, 1), 1);
    this.remove(token, every(uncommitted, 10));
    // Deleted in the sealed area, and put again.
    this.put(token, every(committed, 100, 2), 4);
  }

  put(token: string, synsets: readonly Synset[], version: number): void {
    for (const synset of synsets)
      this.rows.staged_objects.push([
        token,
        synset.path,
        changeId(token, synset),
        ...dataOf(this.source, synset, version),
      ]);
  }

  remove(token: string, synsets: readonly Synset[]): void {
    for (const synset of synsets)
      this.rows.staged_objects.push([token, synset.path, changeId(token, synset), null, null, null, null, null]);
  }
}

const changeId = (token: string, { path }: Synset): string => idOf(`change at ${token} of ${path}`);

function every(synsets: readonly Synset[], step: number, from = 0): Synset[] {
  return synsets.filter((_, at) => at % step === from);
}
