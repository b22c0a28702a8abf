import type { Segment } from '../store.js';
import type { KeyTexts } from './key-range.js';
import type { Layout } from './layout.js';
import type { Session } from './session.js';

/** Up to this many blocks of 8 KB every row is looked at, which takes less than a second; beyond, a sample is. */
const exactBlocks = 2_000;
/** Rows lie in blocks in the order of writing, so that blocks, not rows, are what a sample must have enough of. */
const sampledBlocksPerPart = 50;
/** One look at many rows, without which nothing can be planned: it may take longer than a request for data. */
const splitTimeoutMs = 120_000;

/**
 * 1 to `parts` segments of about as many rows each: key ranges between keys of the table, the first and the last one
 * open. Whatever the sample is, the ranges cover the table; only their sizes depend on it.
 */
export async function splitTable(session: Session, layout: Layout, parts: number): Promise<Segment[]> {
  const boundaries = parts === 1 ? [] : await findBoundaries(session, layout, parts);
  const ends: (KeyTexts | null)[] = [...boundaries, null];
  return ends.map((through, index) => ({
    table: layout.table,
    index,
    range: { after: ends[index - 1] ?? null, through },
  }));
}

async function findBoundaries(session: Session, layout: Layout, parts: number): Promise<KeyTexts[]> {
  const timeoutMs = Math.max(splitTimeoutMs, session.requestTimeoutMs);
  const blocks = await blocksOf(session, layout);
  const wanted = Math.max(exactBlocks, sampledBlocksPerPart * parts);
  const sample = blocks <= wanted ? '' : `TABLESAMPLE SYSTEM (${((wanted / blocks) * 100).toFixed(6)})`;
  const key = layout.key.join(', ');
  const columns = layout.key.map((column, at) => `${column} AS key${at}`).join(', ');
  // Of n rows in order, those at the k-th of `parts` equal steps; where there are fewer rows, each of them once.
  const sql = `SELECT ${layout.key.map((_, at) => `key${at}`).join(', ')} FROM (
      SELECT ${columns}, row_number() OVER (ORDER BY ${key}) AS place, count(*) OVER () AS total
      FROM ${layout.source} ${sample}
    ) numbered
    WHERE place IN (
      SELECT floor(total::numeric * step / ${parts}) FROM generate_series(1, ${parts - 1}) step)
    ORDER BY place`;
  const rows = await session.query(sql, [], timeoutMs);
  return rows.map((row) => row.map(String));
}

/** The blocks of the table and its partitions, from the files themselves: statistics may be missing. */
async function blocksOf(session: Session, layout: Layout): Promise<number> {
  const sql = `SELECT coalesce(sum(pg_relation_size(relid)), 0) / current_setting('block_size')::int8
    FROM (SELECT relid FROM pg_partition_tree($1::regclass) UNION SELECT $1::regclass) parts`;
  const [row] = await session.query(sql, [layout.name]);
  return Number(row?.[0] ?? 0);
}
