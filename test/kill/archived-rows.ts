import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { itemText } from './dynamodb-target.js';
import type { Rows, TableName } from './source-rows.js';

/** The files of all parts of an archive, by unit and position as their names say them. */
export async function partFiles(archive: string): Promise<Map<string, string>> {
  const files = await readdir(archive, { recursive: true }).catch(() => []);
  const parts = files.filter((file) => file.endsWith('.json.gz') && file.includes('/data/'));
  return new Map(parts.map((file) => [basename(file, '.json.gz'), join(archive, file)]));
}

/** What a reader of its own finds in the parts. */
export async function archivedRows(archive: string): Promise<Rows> {
  const rows: Record<TableName, string[]> = { customers: [], lines: [], orders: [] };
  for (const file of (await partFiles(archive)).values()) {
    const lines = gunzipSync(await readFile(file))
      .toString()
      .split('\n')
      .filter(Boolean);
    const items = lines.map((line) => (JSON.parse(line) as { Item: Record<string, AttributeValue> }).Item);
    for (const item of items) rows[item['label']?.S?.split('/')[0] as TableName].push(itemText(item));
  }
  return rows;
}
