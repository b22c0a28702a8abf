import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedDynamodb } from '../src/local/embedded-dynamodb.js';
import { startEmbeddedPostgres } from '../src/local/embedded-postgres.js';
import { startCountingProxy } from './counting-proxy.js';
import type { Figure } from './figures.js';

/**
 * A whole copy, PostgreSQL to DynamoDB, validated, in a process of its own, at each of these numbers of items: its peak
 * memory at the last beside the others, and at the last the requests to target and ledger beyond those that move data.
 */
export async function scaleBench(sizes: readonly number[]): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'carryover-bench-'));
  const path = join(folder, 'postgres');
  const postgres = await startEmbeddedPostgres({ path });
  try {
    const peaks: number[] = [];
    let beyond = NaN;
    for (const items of sizes) {
      await fill(postgres.url, items);
      const result = await copyOf(`postgres://embedded?path=${path}&schema=s${items}`);
      peaks.push(result.peakMegabytes);
      beyond = result.beyond;
      const megabytes = Math.round(result.peakMegabytes);
      const part = result.beyond.toFixed(4);
      process.stderr.write(
        `  ${items.toLocaleString('en')} items: ${megabytes} MB at the peak, ${part} of requests beyond\n`,
      );
    }
    const [largest = NaN, largestPeak = NaN] = [sizes.at(-1), peaks.at(-1)];
    const most = `${largest.toLocaleString('en')} items`;
    const grown = sizes.slice(0, -1).map((items, index) => ({
      name: `peak memory at ${most} beside ${items.toLocaleString('en')}`,
      ratio: largestPeak / (peaks[index] ?? NaN),
      goal: 'no growth',
    }));
    return [
      ...grown,
      { name: `requests beyond the copy's own at ${most}, a part of them`, ratio: beyond, goal: 'under 0.01' },
    ];
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

/** Target and ledger lie in one engine of their own, behind a proxy that counts: scans and batches move data. */
async function copyOf(from: string): Promise<{ peakMegabytes: number; beyond: number }> {
  const engine = await startEmbeddedDynamodb();
  const proxy = await startCountingProxy(engine.endpoint);
  try {
    const store = (prefix: string): string => `dynamodb://us-east-1/${prefix}?endpoint=${proxy.endpoint}`;
    const peakMegabytes = await peakOf([from, store('target.'), store('ledger.')]);
    const all = [...proxy.counts.values()].reduce((sum, count) => sum + count, 0);
    const data = (proxy.counts.get('Scan') ?? 0) + (proxy.counts.get('BatchWriteItem') ?? 0);
    return { peakMegabytes, beyond: (all - data) / data };
  } finally {
    await proxy.stop();
    await engine.stop();
  }
}

/**
 * A resident set shows what V8 has not collected yet beside what is held: in a heap as small functions have it, V8 collects
 * as often in a short run as in a long one.
 */
const heapFlags = ['--max-semi-space-size=8', '--max-old-space-size=160'];

/** The largest resident set of a process that makes the copy. */
async function peakOf(args: readonly string[]): Promise<number> {
  const script = fileURLToPath(new URL('scale-child.js', import.meta.url));
  const child = spawn(process.execPath, [...heapFlags, script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the copy ended with exit code ${String(code)}`);
  return Number(output) / 1_024;
}
