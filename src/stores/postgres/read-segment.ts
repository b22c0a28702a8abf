import { escapeIdentifier } from 'pg';
import type { RetryOptions } from '../../kv/retry-policy.js';
import { StoreUnavailableError } from '../../errors.js';
import type { Cursor, Page, ReadOptions, Segment } from '../store.js';
import type { Connections } from './connections.js';
import { fetchPage, type FetchedPage } from './fetch-page.js';
import { conditionOf, cursorAfter, rangeOf, type KeyRange, type KeyTexts } from './key-range.js';
import type { Layout } from './layout.js';
import { retrying } from './retrying.js';

export interface Reading {
  readonly connections: Connections;
  readonly layout: Layout;
  readonly retry: RetryOptions;
}

const defaultPageItems = 2_000;
/** Where rows are wide, pages have as many as make about this; four times as much ends a page. */
const pageBytes = 2 * 1024 * 1024;

/**
 * The pages of a segment, each its own query from the last key on, so that nothing is held open in between. While one
 * page is worked on, the next one is fetched.
 */
export async function* readSegment(
  reading: Reading,
  segment: Segment,
  from: Cursor | undefined,
  options: ReadOptions = {},
): AsyncGenerator<Page> {
  const pages = new Pages(reading, options.pageItems ?? defaultPageItems);
  let next: Promise<RawPage> | undefined = pages.fetch(rangeOf(reading.layout, segment, from));
  while (next !== undefined) {
    const page: RawPage = await next;
    next = page.rest === undefined ? undefined : ahead(pages.fetch(page.rest));
    if (page.last !== undefined) yield toPage(reading.layout, page, page.last);
  }
}

/** A promise that may be rejected while nobody looks at it. */
function ahead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

interface RawPage extends FetchedPage {
  readonly requests: number;
  /** The key of the last row; undefined when there are no rows. */
  readonly last: KeyTexts | undefined;
  /** Undefined: the server said that the segment has no more. */
  readonly rest: KeyRange | undefined;
}

class Pages {
  #items: number;

  constructor(
    private readonly reading: Reading,
    private readonly mostItems: number,
  ) {
    this.#items = mostItems;
  }

  async fetch(range: KeyRange): Promise<RawPage> {
    const { connections, layout, retry } = this.reading;
    let requests = 0;
    const fetched = await retrying(
      retry,
      () => (requests += 1),
      () => connections.use((session) => this.#once(session, range), layout.table),
    );
    const { rows, cut, limit } = fetched;
    const last = rows.at(-1);
    const key = last && layout.form.keyAt.map((at) => last[at] ?? '');
    const more = key !== undefined && (cut || rows.length === limit);
    this.#adapt(fetched);
    return { ...fetched, requests, last: key, rest: more ? { ...range, after: key } : undefined };
  }

  async #once(session: Parameters<typeof fetchPage>[0], range: KeyRange): Promise<FetchedPage & { limit: number }> {
    const limit = this.#items;
    try {
      const { sql, values } = pageQuery(this.reading.layout, range, limit);
      return { ...(await fetchPage(session, sql, values, pageBytes * 4)), limit };
    } catch (error) {
      // A page that was too much for the time of one request is asked for in smaller parts.
      if (error instanceof StoreUnavailableError) this.#items = Math.max(1, Math.floor(limit / 4));
      throw error;
    }
  }

  #adapt({ rows, sizeBytes }: FetchedPage): void {
    if (rows.length === 0) return;
    const wanted = Math.floor((pageBytes * rows.length) / Math.max(1, sizeBytes));
    this.#items = Math.min(this.mostItems, Math.max(1, wanted), this.#items * 4);
  }
}

function pageQuery(layout: Layout, range: KeyRange, limit: number): { sql: string; values: string[] } {
  const columns = layout.form.columns.map(escapeIdentifier).join(', ');
  const { sql, values } = conditionOf(layout, range);
  return {
    sql: `SELECT ${columns} FROM ${layout.source} ${sql} ORDER BY ${layout.key.join(', ')} LIMIT ${limit}`,
    values,
  };
}

function toPage(layout: Layout, { rows, requests }: RawPage, last: KeyTexts): Page {
  let sizeBytes = 0;
  const items = rows.map((row) => {
    const read = layout.form.toItem(row);
    sizeBytes += read.sizeBytes;
    return read.item;
  });
  return { items, cursor: cursorAfter(last), sizeBytes, usage: { requests, readUnits: 0, writeUnits: 0 } };
}
