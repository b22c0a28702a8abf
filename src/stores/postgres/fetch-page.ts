import pg from 'pg';
import { StoreUnavailableError } from '../../errors.js';
import { textTypes, type Session, type TextRow } from './session.js';

/** After this much more than a page, the connection is given up rather than the rest of the answer waited for. */
const mostDroppedBytes = 32 * 1024 * 1024;

export interface FetchedPage {
  readonly rows: TextRow[];
  readonly sizeBytes: number;
  /** Rows were left out because the page had grown too large: there are more, whatever their number. */
  readonly cut: boolean;
}

/**
 * The rows of a query, as many as `mostBytes` allow and one at least. What comes after these is dropped as it arrives, so
 * that memory is bounded however wide the rows of a page happen to be. Resolves only when the server said that the
 * answer is complete, or when it was cut here; everything else throws.
 */
export function fetchPage(
  session: Session,
  sql: string,
  values: readonly string[],
  mostBytes: number,
): Promise<FetchedPage> {
  const rows: TextRow[] = [];
  let sizeBytes = 0;
  let droppedBytes = 0;
  const config = { text: sql, values: [...values], rowMode: 'array', types: textTypes };
  const query = new pg.Query<string[]>(config);
  const work = new Promise<FetchedPage>((resolve, reject) => {
    query.on('row', (row) => {
      const rowBytes = sizeOf(row);
      if (sizeBytes < mostBytes) {
        rows.push(row);
        sizeBytes += rowBytes;
        return;
      }
      droppedBytes += rowBytes;
      if (droppedBytes < mostDroppedBytes) return;
      resolve({ rows, sizeBytes, cut: true });
      session.breakOff(new StoreUnavailableError('the rest of a page was not waited for'));
    });
    query.on('error', reject);
    query.on('end', () => resolve({ rows, sizeBytes, cut: droppedBytes > 0 }));
    session.client.query(query);
  });
  return session.within(session.requestTimeoutMs, work);
}

/** Characters, which is what a row holds in memory, and a little for each value. */
function sizeOf(row: TextRow): number {
  let size = 0;
  for (const text of row) size += 8 + (text === null ? 0 : text.length);
  return size;
}
