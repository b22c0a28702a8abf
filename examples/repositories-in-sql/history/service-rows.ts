import type { Commit } from './commit-history.js';
import { bytesOf, idOf, sortableIdOf, timeAfter } from './derived-values.js';
import type { Rows } from './rows.js';
import type { SourceRepository } from './source-repositories.js';

/** What the other packages have: derived from the synsets of a repository too. */
interface Derived {
  readonly source: SourceRepository;
  readonly rows: Rows;
  readonly takeId: () => number;
}

/** Every tenth synset is a user; its other words are its groups. */
export function addUsers({ source: { synsets }, rows, takeId }: Derived): void {
  for (const [at, { id, words }] of synsets.entries()) {
    if (at % 10 !== 3) continue;
    const [first = '', ...groups] = words.map(({ word }) => word.replaceAll(/[^A-Za-z0-9_.-]/g, '_'));
    const name = `${first}-${id}`;
    const userId = takeId();
    const created = timeAfter(Number(id.slice(1)));
    rows.users.push([userId, name, `${name}@example.org`, groups, created]);
    for (let key = 0; key < (at % 3 === 0 ? 2 : 1); key++) {
      const keyId = `AK${idOf(`key ${key} of ${name}`).slice(0, 18).toUpperCase()}`;
      rows.access_keys.push([keyId, userId, bytesOf('sha256', keyId), created]);
    }
  }
}

/** Every eighth synset is a run, each word of its own a hook; some still go on, some hooks failed. */
export function addRuns({ source, rows }: Derived, commits: readonly Commit[]): void {
  for (const [at, { path, gloss, words }] of source.synsets.entries()) {
    if (at % 8 !== 0) continue;
    const begun = source.index * 86_400 + at;
    const id = sortableIdOf(begun, `run of ${source.name} ${path}`);
    const commit = commits[Math.min(Math.floor(at / 64) + 1, commits.length - 1)]?.id ?? '';
    const ended = at % 320 === 0 ? null : timeAfter(begun + words.length);
    const event = at % 16 === 0 ? 'pre-commit' : 'post-commit';
    rows.action_runs.push([id, idOf(source.name), 'main', commit, event, timeAfter(begun), ended, words.length]);
    for (const [number, { word, lexId }] of words.entries()) {
      const times = [timeAfter(begun + number), timeAfter(begun + number + 1)];
      rows.hook_runs.push([id, number, word, ...times, lexId % 3, gloss]);
    }
  }
}

/** Every thirty-second synset is being uploaded, each word of it and the three behind it a part. */
export function addUploads({ source, rows }: Derived): void {
  for (const [at, { path, type }] of source.synsets.entries()) {
    if (at % 32 !== 5) continue;
    const begun = source.index * 86_400 + at;
    const id = sortableIdOf(begun, `upload of ${source.name} ${path}`);
    const contentType = at % 64 === 5 ? 'application/json' : null;
    const address = `s3://wordnet/${source.name}/uploads/${id}`;
    rows.uploads.push([id, idOf(source.name), path, address, contentType, { type }, timeAfter(begun)]);
    const words = source.synsets.slice(at, at + 4).flatMap((synset) => synset.words);
    for (const [number, { word }] of words.entries()) {
      const sizeBytes = 5 * 1024 * 1024 + word.length;
      rows.upload_parts.push([id, number + 1, bytesOf('md5', word), sizeBytes, timeAfter(begun + number)]);
    }
  }
}
