import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import prettyBytes from 'pretty-bytes';
import type { CopyReport } from '../../src/cli/copy-report.js';
import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { loadWordnet } from './load-wordnet.js';

/**
 * Carries WordNet 3.1 from PostgreSQL to DynamoDB, to an archive and back to PostgreSQL, each hop by the command that a
 * user would give, through the state machine, validated. Everything lies in a temporary folder that is removed at the
 * end; nothing is left running.
 */
async function demo(folder: string): Promise<number> {
  const startedAt = performance.now();
  const path = (name: string): string => join(folder, name);
  // Opened here, so that the commands share the engines instead of starting them for each hop.
  const postgres = await startEmbeddedPostgres({ path: path('postgres') });
  const dynamodb = await startEmbeddedDynamodb({ path: path('dynamodb') });
  try {
    process.stderr.write('Loading WordNet 3.1 into PostgreSQL …\n');
    const rows = await loadWordnet(postgres.url);
    process.stderr.write(`${rows.toLocaleString('en')} rows in three tables.\n`);
    const stores = {
      postgres: `postgres://embedded?path=${path('postgres')}`,
      dynamodb: `dynamodb://embedded?path=${path('dynamodb')}`,
      archive: `archive:${path('archive')}`,
      again: `postgres://embedded?path=${path('postgres')}&schema=again`,
    };
    const hops: readonly (readonly [string, string, string])[] = [
      ['PostgreSQL -> DynamoDB', stores.postgres, stores.dynamodb],
      ['DynamoDB -> archive', stores.dynamodb, stores.archive],
      ['archive -> PostgreSQL', stores.archive, stores.again],
    ];
    const reports: (readonly [string, CopyReport])[] = [];
    for (const [name, from, to] of hops) {
      process.stderr.write(`\n${name}\n`);
      const { report, exitCode } = await copy(folder, from, to);
      if (report !== undefined) reports.push([name, report]);
      if (exitCode !== 0) return exitCode;
    }
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    process.stdout.write(`\n${summary(reports)}\nCarried and validated in ${seconds} seconds.\n`);
    return 0;
  } finally {
    await dynamodb.stop();
    await postgres.stop();
  }
}

/** Runs `carryover copy` with a ledger of its own and returns its report. */
async function copy(folder: string, from: string, to: string): Promise<{ report?: CopyReport; exitCode: number }> {
  const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const ledger = `dynamodb://embedded?path=${join(folder, 'ledger')}`;
  const args = ['copy', '--from', from, '--to', to, '--ledger', ledger, '--json'];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 3)));
  return output === '' ? { exitCode } : { report: JSON.parse(output) as CopyReport, exitCode };
}

function summary(reports: readonly (readonly [string, CopyReport])[]): string {
  const table = new Table({
    head: ['hop', 'table', 'items', 'bytes', 'items/s', 'differences'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, { tables }] of reports)
    for (const { table: tableName, items, bytes, itemsPerSecond, differences } of tables)
      table.push([
        name,
        tableName,
        items.toLocaleString('en'),
        prettyBytes(bytes),
        itemsPerSecond.toLocaleString('en'),
        differences === null ? 'not validated' : differences.total.toLocaleString('en'),
      ]);
  return table.toString();
}

const folder = await mkdtemp(join(tmpdir(), 'carryover-demo-'));
try {
  process.exitCode = await demo(folder);
} catch (error) {
  process.stderr.write(`The demo could not go on: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 3;
} finally {
  await rm(folder, { recursive: true, force: true });
}
