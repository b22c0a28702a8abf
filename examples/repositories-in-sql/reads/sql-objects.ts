import type pg from 'pg';
import type { ObjectView } from './reads.js';
import { timeText } from './sql-texts.js';

/** What a ref names in the tables: a commit and, for a branch, the staging areas above it, newest first. */
export interface SqlRef {
  readonly commitId: string;
  readonly tokens: readonly string[];
}

const view = (
  at: string,
): string => `path, address, encode(checksum, 'hex') AS checksum, size_bytes::text AS "sizeBytes",
  ${timeText(`${at}.modified`)} AS modified, ${at}.metadata`;

/** What is staged, the newest area first, above what the commit's ranges have; `ranges` are those to look at. */
const changes = (ranges: string, paths: string): string => `
  SELECT DISTINCT ON (path) * FROM (
    SELECT place, ${view('staged_objects')} FROM staged_objects
      JOIN unnest($2::uuid[]) WITH ORDINALITY AS area (token, place) USING (token) WHERE ${paths}
    UNION ALL
    SELECT NULL, ${view('objects')} FROM (${ranges}) AS chosen
      JOIN ranges USING (commit_id, number) CROSS JOIN unnest(object_ids) AS own (id) JOIN objects USING (id) WHERE ${paths}
  ) AS found ORDER BY path, place NULLS LAST`;

const allRanges = `SELECT range.* FROM commits, unnest(range_commits, range_numbers) AS range (commit_id, number)
  WHERE commits.id = $1`;
const rangeOfPath = `SELECT commit_id, number
  FROM commits, unnest(first_paths, range_commits, range_numbers) AS range (first_path, commit_id, number)
  WHERE commits.id = $1 AND first_path COLLATE "C" <= $3 ORDER BY first_path COLLATE "C" DESC LIMIT 1`;

const list = `SELECT * FROM (${changes(allRanges, 'true')}) AS newest WHERE address IS NOT NULL ORDER BY path`;
const get = `SELECT * FROM (${changes(rangeOfPath, 'path = $3')}) AS newest WHERE address IS NOT NULL`;

type Row = ObjectView & { readonly place: string | null };

/** All objects of a ref, in one answer: a repository has some ten thousand. */
export async function sqlObjects(sql: pg.Pool, { commitId, tokens }: SqlRef): Promise<ObjectView[]> {
  return (await sql.query<Row>(list, [commitId, tokens])).rows.map(viewOf);
}

export async function sqlObject(sql: pg.Pool, ref: SqlRef, path: string): Promise<ObjectView | undefined> {
  const { rows } = await sql.query<Row>(get, [ref.commitId, ref.tokens, path]);
  return rows[0] && viewOf(rows[0]);
}

function viewOf({ place: _, ...object }: Row): ObjectView {
  return object;
}
