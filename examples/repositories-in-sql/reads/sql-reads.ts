import type pg from 'pg';
import { NotFoundError } from '../../repositories/errors.js';
import type {
  AccessKeyView,
  CommitView,
  Reads,
  RefView,
  RepositoryView,
  RunView,
  UploadView,
  UserView,
} from './reads.js';
import { sqlObject, sqlObjects, type SqlRef } from './sql-objects.js';
import { idText, timeText } from './sql-texts.js';

const statements = {
  repositories: `SELECT name, storage_namespace AS "storageNamespace", default_branch AS "defaultBranch",
    ${timeText('created')} AS created FROM repositories ORDER BY name`,
  branches: `SELECT name, ${idText('commit_id')} AS "commitId" FROM branches WHERE repository_id = $1 ORDER BY name`,
  tags: `SELECT name, ${idText('commit_id')} AS "commitId", ${timeText('created')} AS created
    FROM tags WHERE repository_id = $1 ORDER BY name`,
  log: `WITH RECURSIVE history AS (
      SELECT * FROM commits WHERE id = $1
      UNION ALL SELECT commits.* FROM commits JOIN history ON commits.id = history.parent_id
    ) SELECT ${idText('id')} AS id, coalesce(${idText('parent_id')}, '') AS "parentId", generation, committer, message,
      ${timeText('created')} AS created, metadata, changes FROM history ORDER BY generation DESC`,
  users: `SELECT name, email, groups, ${timeText('created')} AS created FROM users ORDER BY name`,
  accessKeys: `SELECT access_keys.id, name AS user, encode(secret_hash, 'hex') AS "secretHash",
    ${timeText('access_keys.created')} AS created FROM access_keys JOIN users ON users.id = user_id ORDER BY 1`,
  runs: `SELECT id, branch, ${idText('commit_id')} AS "commitId", event, ${timeText('started')} AS started,
    ${timeText('ended')} AS ended, passed, coalesce((
      SELECT json_agg(json_build_object('hook', hook, 'started', ${timeText('h.started')}, 'ended', ${timeText('h.ended')},
        'exitCode', exit_code, 'output', output) ORDER BY number) FROM hook_runs h WHERE run_id = action_runs.id
    ), '[]') AS hooks FROM action_runs WHERE repository_id = $1 ORDER BY id`,
  uploads: `SELECT id, path, address, coalesce(content_type, '') AS "contentType", metadata, ${timeText('created')} AS created,
    coalesce((
      SELECT json_agg(json_build_object('number', number, 'checksum', encode(checksum, 'hex'), 'sizeBytes', size_bytes::text,
        'uploaded', ${timeText('uploaded')}) ORDER BY number) FROM upload_parts WHERE upload_id = uploads.id
    ), '[]') AS parts FROM uploads WHERE repository_id = $1 ORDER BY id`,
  repositoryId: 'SELECT id FROM repositories WHERE name = $1',
  ref: `SELECT commit_id AS "commitId", staging_token AS "stagingToken", sealed_tokens AS "sealedTokens"
      FROM branches WHERE repository_id = $1 AND name = $2
    UNION ALL SELECT commit_id, NULL, '{}' FROM tags WHERE repository_id = $1 AND name = $2 LIMIT 1`,
};

interface RefRow {
  readonly commitId: string;
  readonly stagingToken: string | null;
  readonly sealedTokens: readonly string[];
}

/** The service on the tables of version 2. */
export function sqlReads(sql: pg.Pool): Reads {
  const rowsOf = async <Row extends object>(statement: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await sql.query<Row>(statement, [...values])).rows;
  const idOf = async (repository: string): Promise<string> => {
    const [found] = await rowsOf<{ id: string }>(statements.repositoryId, [repository]);
    if (found === undefined) throw new NotFoundError(`there is no repository "${repository}"`);
    return found.id;
  };
  const resolve = async (repository: string, ref: string): Promise<SqlRef> => {
    const [found] = await rowsOf<RefRow>(statements.ref, [await idOf(repository), ref]);
    if (found === undefined)
      throw new NotFoundError(`there is no branch or tag "${ref}" in repository "${repository}"`);
    const { commitId, stagingToken, sealedTokens } = found;
    return { commitId, tokens: stagingToken === null ? sealedTokens : [stagingToken, ...sealedTokens] };
  };
  return {
    listRepositories: () => each(rowsOf<RepositoryView>(statements.repositories)),
    listBranches: (repository) => each(idOf(repository).then((id) => rowsOf<RefView>(statements.branches, [id]))),
    listTags: (repository) =>
      each(idOf(repository).then((id) => rowsOf<RefView & { created: string }>(statements.tags, [id]))),
    log: (repository, ref) =>
      each(resolve(repository, ref).then(({ commitId }) => rowsOf<CommitView>(statements.log, [commitId]))),
    listObjects: (repository, ref) => each(resolve(repository, ref).then((resolved) => sqlObjects(sql, resolved))),
    getObject: async (repository, ref, path) => sqlObject(sql, await resolve(repository, ref), path),
    listUsers: () => each(rowsOf<UserView>(statements.users)),
    listAccessKeys: () => each(rowsOf<AccessKeyView>(statements.accessKeys)),
    listRuns: (repository) => each(idOf(repository).then((id) => rowsOf<RunView>(statements.runs, [id]))),
    listUploads: (repository) => each(idOf(repository).then((id) => rowsOf<UploadView>(statements.uploads, [id]))),
  };
}

async function* each<T>(rows: Promise<readonly T[]>): AsyncGenerator<T> {
  yield* await rows;
}
