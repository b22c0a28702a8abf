import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Forecast } from '../../migrations/forecast.js';

/** Below what a document may hold (300 KB), whatever the last entry of a part adds: one is about 150 bytes. */
const partBytes = 200 * 1024;

const lists = ['faults', 'warnings', 'tables', 'drops', 'notes'] as const;
type List = (typeof lists)[number];

const headSchema = z.object({
  parts: z.number().int().min(0),
  partitions: z.object({ count: z.number().int(), names: z.array(z.string()) }).optional(),
});
const partSchema = z.object({ list: z.enum(lists), entries: z.array(z.unknown()) });

const headName = 'forecast';
const partName = (part: number): string => `${headName}/${String(part).padStart(6, '0')}`;

/** Records what a dry run found, in as many documents as it takes. The head, which says how many, is written last. */
export async function saveForecast(ledger: Ledger, run: string, forecast: Forecast): Promise<void> {
  let count = 0;
  for (const part of partsOf(forecast)) await ledger.putDocument(run, partName(count++), part as Json);
  const { partitions } = forecast;
  await ledger.putDocument(run, headName, {
    parts: count,
    ...(partitions === undefined ? {} : { partitions }),
  } as Json);
}

/** What a dry run found, whole; undefined when it left nothing. Throws CorruptDataError for what does not parse. */
export async function savedForecast(ledger: Ledger, run: string): Promise<Forecast | undefined> {
  const body = await ledger.document(run, headName);
  if (body === undefined) return undefined;
  const head = headSchema.safeParse(body);
  const found: Record<List, unknown[]> = { faults: [], warnings: [], tables: [], drops: [], notes: [] };
  let left = head.success ? head.data.parts : 0;
  for await (const { body: part } of ledger.documents(run, `${headName}/`)) {
    // A Begin that was called again may have needed fewer.
    if (left === 0) break;
    const { success, data } = partSchema.safeParse(part);
    if (!success) break;
    found[data.list].push(...data.entries);
    left -= 1;
  }
  if (!head.success || left > 0) throw new CorruptDataError(`the forecast of run ${run} in the ledger does not parse`);
  const { partitions } = head.data;
  const { notes, ...always } = found;
  return {
    ...always,
    ...(notes.length === 0 ? {} : { notes }),
    ...(partitions === undefined ? {} : { partitions }),
  } as unknown as Forecast;
}

function* partsOf(forecast: Forecast): Generator<z.infer<typeof partSchema>> {
  for (const list of lists) {
    let entries: unknown[] = [];
    let sizeBytes = 0;
    for (const entry of forecast[list] ?? []) {
      const entryBytes = Buffer.byteLength(JSON.stringify(entry)) + 1;
      if (entries.length > 0 && sizeBytes + entryBytes > partBytes) {
        yield { list, entries };
        [entries, sizeBytes] = [[], 0];
      }
      entries.push(entry);
      sizeBytes += entryBytes;
    }
    if (entries.length > 0) yield { list, entries };
  }
}
