import type { Ledger } from '../ledger/ledger.js';
import { entries } from '../migrations/quarantine/quarantine.js';
import { quarantineScope } from '../migrations/quarantine/quarantine-entry.js';
import { shortened } from '../shortened-text.js';

/** What the attempt of a run could not carry. */
export interface QuarantineReport {
  readonly count: number;
  /** The first of them; the key is the one that the item has in the source. */
  readonly items: readonly { readonly table: string; readonly key: string; readonly reason: string }[];
  /** The scope of the ledger whose documents keep all of them whole. */
  readonly scope: string;
}

const named = 10;
const longestLine = 300;

/** Undefined where nothing is in quarantine. */
export async function quarantineReport(
  ledger: Ledger,
  attempt: string | undefined,
): Promise<QuarantineReport | undefined> {
  if (attempt === undefined) return undefined;
  const items: QuarantineReport['items'][number][] = [];
  let count = 0;
  for await (const { table, key, error, reason } of entries(ledger, attempt)) {
    count += 1;
    if (items.length < named) items.push({ table, key, reason: `${error}: ${reason}` });
  }
  return count === 0 ? undefined : { count, items, scope: quarantineScope(attempt) };
}

/** The same for people. */
export function quarantineText({ count, items, scope }: QuarantineReport): string {
  const lines = items.map(({ table, key, reason }) => shortened(`  table "${table}", ${key}: ${reason}`, longestLine));
  const more = count > items.length ? [`  … and ${count - items.length} more`] : [];
  const what = `In quarantine, kept whole in the documents "${scope}" of the ledger: ${count}`;
  return [what, ...lines, ...more].join('\n');
}
