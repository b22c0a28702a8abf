import { sql } from 'carryover';

const refs = [
  `CREATE TABLE repositories (
    id uuid PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    storage_namespace text NOT NULL,
    default_branch text NOT NULL,
    created timestamptz NOT NULL
  )`,
  // A commit has ranges of objects, in the order of their paths; those that it did not change are of earlier commits.
  `CREATE TABLE commits (
    id uuid PRIMARY KEY,
    repository_id uuid NOT NULL REFERENCES repositories,
    parent_id uuid REFERENCES commits,
    generation integer NOT NULL,
    committer text NOT NULL,
    message text NOT NULL,
    created timestamptz NOT NULL,
    metadata jsonb NOT NULL,
    changes integer NOT NULL,
    first_paths text[] COLLATE "C" NOT NULL,
    range_commits uuid[] NOT NULL,
    range_numbers integer[] NOT NULL
  )`,
  // 32 at most, in the order of their paths.
  `CREATE TABLE ranges (
    commit_id uuid REFERENCES commits,
    number integer,
    object_ids bigint[] NOT NULL,
    PRIMARY KEY (commit_id, number)
  )`,
  `CREATE TABLE objects (
    id bigint PRIMARY KEY,
    path text COLLATE "C" NOT NULL,
    address text NOT NULL,
    checksum bytea NOT NULL,
    size_bytes numeric(20) NOT NULL,
    modified timestamptz NOT NULL,
    metadata jsonb NOT NULL,
    put_id uuid NOT NULL
  )`,
  // What is staged lies at the token, and at those that were sealed before, newest first.
  `CREATE TABLE branches (
    repository_id uuid REFERENCES repositories,
    name text COLLATE "C",
    commit_id uuid NOT NULL REFERENCES commits,
    staging_token uuid,
    sealed_tokens uuid[] NOT NULL,
    updated timestamptz NOT NULL,
    PRIMARY KEY (repository_id, name)
  )`,
  `CREATE TABLE tags (
    repository_id uuid REFERENCES repositories,
    name text COLLATE "C",
    commit_id uuid NOT NULL REFERENCES commits,
    created timestamptz NOT NULL,
    PRIMARY KEY (repository_id, name)
  )`,
  // A deletion has no address, and hides what is staged or committed below.
  `CREATE TABLE staged_objects (
    token uuid,
    path text COLLATE "C",
    change_id uuid NOT NULL,
    address text,
    checksum bytea,
    size_bytes numeric(20),
    modified timestamptz,
    metadata jsonb,
    PRIMARY KEY (token, path)
  )`,
];

const auth = [
  `CREATE TABLE users (
    id bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    email text NOT NULL,
    groups text[] NOT NULL,
    created timestamptz NOT NULL
  )`,
  `CREATE TABLE access_keys (
    id text COLLATE "C" PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    secret_hash bytea NOT NULL,
    created timestamptz NOT NULL
  )`,
];

const actions = [
  `CREATE TABLE action_runs (
    id text COLLATE "C" PRIMARY KEY,
    repository_id uuid NOT NULL,
    branch text NOT NULL,
    commit_id uuid NOT NULL,
    event text NOT NULL,
    started timestamptz NOT NULL,
    ended timestamptz,
    hooks integer NOT NULL
  )`,
  // Numbered from 0 to the run's hooks.
  `CREATE TABLE hook_runs (
    run_id text COLLATE "C" REFERENCES action_runs,
    number integer,
    hook text NOT NULL,
    started timestamptz NOT NULL,
    ended timestamptz NOT NULL,
    exit_code integer NOT NULL,
    output text NOT NULL,
    PRIMARY KEY (run_id, number)
  )`,
  'CREATE INDEX action_runs_by_repository ON action_runs (repository_id, id)',
];

const multiparts = [
  `CREATE TABLE uploads (
    id text COLLATE "C" PRIMARY KEY,
    repository_id uuid NOT NULL,
    path text NOT NULL,
    address text NOT NULL,
    content_type text,
    metadata jsonb NOT NULL,
    created timestamptz NOT NULL
  )`,
  `CREATE TABLE upload_parts (
    upload_id text COLLATE "C" REFERENCES uploads,
    number integer,
    checksum bytea NOT NULL,
    size_bytes numeric(20) NOT NULL,
    uploaded timestamptz NOT NULL,
    PRIMARY KEY (upload_id, number)
  )`,
  'CREATE INDEX uploads_by_repository ON uploads (repository_id, id)',
];

/** The tables of a new database, package by package: none refers to a table of another one. */
export default sql({ statements: [...refs, ...auth, ...actions, ...multiparts] });
