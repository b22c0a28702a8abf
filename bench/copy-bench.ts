import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedDynamodb } from '../src/local/embedded-dynamodb.js';
import { bareCopy, scanUnits } from './bare-copy.js';
import { benchClient, createTable, fillTable } from './bench-items.js';
import { benchCopy } from './bench-run.js';
import { median, type Figure } from './figures.js';

const segments = 4;
const writers = 8;

/** The copy beside a bare loop, in turns, on one engine in memory; then what it costs beyond the copy's own. */
export async function copyBench(items: number, rounds: number): Promise<Figure[]> {
  const engine = await startEmbeddedDynamodb();
  const folder = await mkdtemp(join(tmpdir(), 'carryover-bench-'));
  const ledger = `dynamodb://embedded?path=${join(folder, 'ledger')}`;
  const client = benchClient(engine.endpoint);
  try {
    await fillTable(client, 'source.items', items);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const bare = await bareRate(client, items, `bare-${round}.items`);
      const own = await ownRate(engine.endpoint, ledger, items, `own-${round}.`);
      ratios.push(own / bare);
      process.stderr.write(
        `  round ${round + 1}: bare loop ${Math.round(bare)} items/s, copy ${Math.round(own)} items/s\n`,
      );
    }
    const units = await validationUnits(client, engine.endpoint, ledger);
    return [
      { name: 'copy, items/s beside a bare Scan + BatchWriteItem loop', ratio: median(ratios), goal: 'at least 0.95' },
      { name: 'validation, read units beside reading both tables once', ratio: units, goal: '1.00' },
    ];
  } finally {
    client.destroy();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function bareRate(client: ReturnType<typeof benchClient>, items: number, to: string): Promise<number> {
  await createTable(client, to);
  const startedAt = performance.now();
  await bareCopy(client, { from: 'source.items', to, segments, writers });
  return (items * 1_000) / (performance.now() - startedAt);
}

const storeOf = (endpoint: string, prefix: string): string => `dynamodb://us-east-1/${prefix}?endpoint=${endpoint}`;

/** The rate of Migrate, from the first claim of a unit to its last checkpoint. */
async function ownRate(endpoint: string, ledger: string, items: number, prefix: string): Promise<number> {
  const stores = { from: storeOf(endpoint, 'source.'), to: storeOf(endpoint, prefix) };
  const { tables } = await benchCopy(stores, ledger, { segments, concurrency: segments, steps: ['setup', 'migrate'] });
  return (items * 1_000) / (tables[0]?.migrate.elapsedMs ?? Infinity);
}

async function validationUnits(
  client: ReturnType<typeof benchClient>,
  endpoint: string,
  ledger: string,
): Promise<number> {
  const stores = { from: storeOf(endpoint, 'source.'), to: storeOf(endpoint, 'own-0.') };
  const { tables } = await benchCopy(stores, ledger, { segments, steps: ['validate'] });
  const once = (await scanUnits(client, 'source.items')) + (await scanUnits(client, 'own-0.items'));
  return (tables[0]?.validate.usage.readUnits ?? 0) / once;
}
