import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/local/embedded-postgres.js';
import type { Figure } from './figures.js';

/**
 * The peak memory of a whole copy, PostgreSQL to an archive and validated, in a process of its own: at `few` items, and
 * at `many`.
 */
export async function memoryBench(few: number, many: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'carryover-bench-'));
  const path = join(folder, 'postgres');
  const postgres = await startEmbeddedPostgres({ path });
  try {
    const peaks: number[] = [];
    for (const items of [few, many]) {
      await fill(postgres.url, items);
      const from = `postgres://embedded?path=${path}&schema=s${items}`;
      const peak = await peakMegabytes(
        from,
        `archive:${join(folder, `archive-${items}`)}`,
        join(folder, `ledger-${items}`),
      );
      process.stderr.write(`  ${items.toLocaleString('en')} items: ${Math.round(peak)} MB at the peak\n`);
      peaks.push(peak);
    }
    const name = `peak memory at ${many.toLocaleString('en')} items beside ${few.toLocaleString('en')}`;
    return [{ name, ratio: (peaks[1] ?? NaN) / (peaks[0] ?? NaN), goal: 'no growth: about 1' }];
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(url: string, items: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE SCHEMA s${items}`);
    await client.query(`CREATE TABLE s${items}.items (id bigint PRIMARY KEY, customer text, note text)`);
    await client.query(
      `INSERT INTO s${items}.items SELECT n, 'customer-' || n % 997, repeat(md5(n::text), 6) FROM generate_series(1, $1) n`,
      [items],
    );
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

/** The largest resident set of a process that makes the copy. */
async function peakMegabytes(from: string, to: string, ledger: string): Promise<number> {
  const script = fileURLToPath(new URL('memory-child.js', import.meta.url));
  const child = spawn(process.execPath, [script, from, to, `dynamodb://embedded?path=${ledger}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the copy ended with exit code ${String(code)}`);
  return Number(output) / 1_024;
}
