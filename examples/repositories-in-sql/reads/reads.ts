/**
 * What the service answers, whichever self of it does: ids are 32 hexadecimal digits or what the caller chose, times are
 * ISO 8601 to the microsecond, sizes are decimal digits. All lists are in the byte order of their names, paths or ids, but the
 * log, which begins with the newest commit. What is asked of a repository or ref that is not there fails.
 */
export interface Reads {
  listRepositories(): AsyncIterable<RepositoryView>;
  listBranches(repository: string): AsyncIterable<RefView>;
  listTags(repository: string): AsyncIterable<RefView & { readonly created: string }>;
  log(repository: string, ref: string): AsyncIterable<CommitView>;
  /** Of a branch, as they are staged or else committed; of a tag. */
  listObjects(repository: string, ref: string): AsyncIterable<ObjectView>;
  getObject(repository: string, ref: string, path: string): Promise<ObjectView | undefined>;
  listUsers(): AsyncIterable<UserView>;
  listAccessKeys(): AsyncIterable<AccessKeyView>;
  listRuns(repository: string): AsyncIterable<RunView>;
  listUploads(repository: string): AsyncIterable<UploadView>;
}

export interface RepositoryView {
  readonly name: string;
  readonly storageNamespace: string;
  readonly defaultBranch: string;
  readonly created: string;
}

/** A branch or a tag. */
export interface RefView {
  readonly name: string;
  readonly commitId: string;
}

export interface CommitView {
  readonly id: string;
  /** Empty for the first one. */
  readonly parentId: string;
  readonly generation: number;
  readonly committer: string;
  readonly message: string;
  readonly created: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly changes: number;
}

export interface ObjectView {
  readonly path: string;
  readonly address: string;
  readonly checksum: string;
  readonly sizeBytes: string;
  readonly modified: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface UserView {
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
  readonly created: string;
}

export interface AccessKeyView {
  readonly id: string;
  readonly user: string;
  /** Hexadecimal. */
  readonly secretHash: string;
  readonly created: string;
}

export interface RunView {
  readonly id: string;
  readonly branch: string;
  readonly commitId: string;
  readonly event: string;
  readonly started: string;
  /** Null while it goes on. */
  readonly ended: string | null;
  readonly passed: boolean;
  readonly hooks: readonly HookView[];
}

export interface HookView {
  readonly hook: string;
  readonly started: string;
  readonly ended: string;
  readonly exitCode: number;
  readonly output: string;
}

export interface UploadView {
  readonly id: string;
  readonly path: string;
  readonly address: string;
  /** Empty where nobody said. */
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created: string;
  readonly parts: readonly PartView[];
}

export interface PartView {
  readonly number: number;
  readonly checksum: string;
  readonly sizeBytes: string;
  readonly uploaded: string;
}
