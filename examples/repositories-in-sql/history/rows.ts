/** A value of a column: an array is one of PostgreSQL's, a plain object JSON. */
export type Value = null | string | number | boolean | Uint8Array | readonly (string | number)[] | object;

/** Rows by their tables, which come in the order in which they refer to each other. */
export type Rows = Readonly<Record<Table, Value[][]>>;
export type Table = keyof typeof columns;

/** The columns of version 1, in the order of the values. */
export const columns = {
  repositories: ['id', 'name', 'storage_namespace', 'default_branch', 'created'],
  commits: [
    ...['id', 'repository_id', 'parent_id', 'generation', 'committer', 'message', 'created', 'metadata', 'changes'],
    ...['first_paths', 'range_commits', 'range_numbers'],
  ],
  objects: ['id', 'path', 'address', 'checksum', 'size_bytes', 'modified', 'metadata', 'put_id'],
  ranges: ['commit_id', 'number', 'object_ids'],
  branches: ['repository_id', 'name', 'commit_id', 'staging_token', 'sealed_tokens', 'updated'],
  tags: ['repository_id', 'name', 'commit_id', 'created'],
  staged_objects: ['token', 'path', 'change_id', 'address', 'checksum', 'size_bytes', 'modified', 'metadata'],
  users: ['id', 'name', 'email', 'groups', 'created'],
  access_keys: ['id', 'user_id', 'secret_hash', 'created'],
  action_runs: ['id', 'repository_id', 'branch', 'commit_id', 'event', 'started', 'ended', 'hooks'],
  hook_runs: ['run_id', 'number', 'hook', 'started', 'ended', 'exit_code', 'output'],
  uploads: ['id', 'repository_id', 'path', 'address', 'content_type', 'metadata', 'created'],
  upload_parts: ['upload_id', 'number', 'checksum', 'size_bytes', 'uploaded'],
} as const satisfies Record<string, readonly string[]>;

export function noRows(): Rows {
  return Object.fromEntries(Object.keys(columns).map((table) => [table, []])) as unknown as Rows;
}
