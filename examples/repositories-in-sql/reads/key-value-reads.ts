import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { pMapIterable } from 'p-map';
import { listRuns } from '../../repositories/actions.js';
import type { ActionRun } from '../../repositories/actions_pb.js';
import { listBranches } from '../../repositories/branch.js';
import { log } from '../../repositories/log.js';
import { getObject, listObjects } from '../../repositories/objects.js';
import type { DataObject } from '../../repositories/objects_pb.js';
import type { Backend, OpenRepository } from '../../repositories/records.js';
import { listRepositories, openRepository } from '../../repositories/repository.js';
import { listTags } from '../../repositories/tag.js';
import { listParts, listUploads } from '../../repositories/uploads.js';
import type { Upload } from '../../repositories/uploads_pb.js';
import { listAccessKeys, listUsers } from '../../repositories/users.js';
import type { ObjectView, Reads, RunView, UploadView } from './reads.js';

/** Uploads whose parts are read at a time. */
const concurrency = 8;

/** The service as it is today, in the form in which it answered before. */
export function keyValueReads(backend: Backend): Reads {
  const within = async function* <T, V>(
    name: string,
    list: (home: OpenRepository) => AsyncIterable<T>,
    view: (value: T) => V,
  ): AsyncGenerator<V> {
    yield* viewed(list(await openRepository(backend, name)), view);
  };
  return {
    listRepositories: () =>
      viewed(listRepositories(backend), ({ name, storageNamespace, defaultBranch, created }) => ({
        ...{ name, storageNamespace, defaultBranch, created: timeText(created) },
      })),
    listBranches: (name) => within(name, listBranches, (branch) => ({ name: branch.name, commitId: branch.commitId })),
    listTags: (name) =>
      within(name, listTags, (tag) => ({ name: tag.name, commitId: tag.commitId, created: timeText(tag.created) })),
    log: (name, ref) =>
      within(
        name,
        (home) => log(home, ref),
        ({ id, parentId, generation, committer, message, created, metadata, changes }) => ({
          ...{ id, parentId, generation, committer, message, created: timeText(created), metadata, changes },
        }),
      ),
    listObjects: (name, ref) => within(name, (home) => listObjects(home, ref), objectView),
    async getObject(name, ref, path) {
      const object = await getObject(await openRepository(backend, name), ref, path);
      return object && objectView(object);
    },
    listUsers: () =>
      viewed(listUsers(backend), ({ name, email, groups, created }) => ({
        ...{ name, email, groups, created: timeText(created) },
      })),
    listAccessKeys: () =>
      viewed(listAccessKeys(backend), ({ id, user, secretHash, created }) => ({
        ...{ id, user, secretHash: Buffer.from(secretHash).toString('hex'), created: timeText(created) },
      })),
    listRuns: (name) => within(name, listRuns, runView),
    async *listUploads(name) {
      const home = await openRepository(backend, name);
      yield* pMapIterable(listUploads(home), (upload) => uploadView(home, upload), { concurrency });
    },
  };
}

async function* viewed<T, V>(values: AsyncIterable<T>, view: (value: T) => V): AsyncGenerator<V> {
  for await (const value of values) yield view(value);
}

function objectView({ path, address, checksum, sizeBytes, modified, metadata }: DataObject): ObjectView {
  return { path, address, checksum, sizeBytes: String(sizeBytes), modified: timeText(modified), metadata };
}

function runView({ id, branch, commitId, event, started, ended, passed, hooks }: ActionRun): RunView {
  return {
    ...{ id, branch, commitId, event, passed },
    ...{ started: timeText(started), ended: ended === undefined ? null : timeText(ended) },
    hooks: hooks.map((hook) => ({
      ...{ hook: hook.hook, exitCode: hook.exitCode, output: hook.output },
      ...{ started: timeText(hook.started), ended: timeText(hook.ended) },
    })),
  };
}

async function uploadView(home: OpenRepository, upload: Upload): Promise<UploadView> {
  const { id, path, address, contentType, metadata, created } = upload;
  const parts: UploadView['parts'][number][] = [];
  for await (const { number, checksum, sizeBytes, uploaded } of listParts(home, id))
    parts.push({ number, checksum, sizeBytes: String(sizeBytes), uploaded: timeText(uploaded) });
  return { id, path, address, contentType, metadata, created: timeText(created), parts };
}

/** ISO 8601 to the microsecond. */
function timeText(time: Timestamp | undefined): string {
  if (time === undefined) return '';
  const seconds = new Date(Number(time.seconds) * 1_000).toISOString().slice(0, 19);
  return `${seconds}.${String(Math.floor(time.nanos / 1_000)).padStart(6, '0')}Z`;
}
