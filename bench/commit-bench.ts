import { commit } from '../examples/repositories/commit.js';
import { createRepository } from '../examples/repositories/repository.js';
import { putObject } from '../examples/repositories/staging.js';
import { openMemoryKeyValueStore } from '../src/kv/memory-key-value-store.js';
import { update } from '../src/kv/update.js';
import { systemClock } from '../src/system-clock.js';
import { median, type Figure } from './figures.js';

const committers = 50;

/** Committed changes a second of the reference service, beside as many writers that only change one entry, in turns. */
export async function commitBench(commits: number, rounds: number): Promise<Figure[]> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const bare = await bareRate(commits);
    const own = await commitRate(commits);
    ratios.push(own / bare);
    const rates = `bare setIf loop ${Math.round(bare)} changes/s, commits ${Math.round(own)}/s`;
    process.stderr.write(`  round ${round + 1}: ${rates}\n`);
  }
  return [
    {
      name: 'commits of fifty committers on one branch, beside a bare get + setIf loop',
      ratio: median(ratios),
      goal: 'none',
    },
  ];
}

/** Fifty writers of one entry: read, setIf, and again when another was faster. */
async function bareRate(changes: number): Promise<number> {
  const store = openMemoryKeyValueStore();
  const [partition, key] = [Buffer.from('counters'), Buffer.from('one')];
  const increment = (value: Uint8Array | undefined) => Buffer.from(String(Number(Buffer.from(value ?? [])) + 1));
  const rate = await rateOf(changes, async () => {
    await update(store, partition, key, increment);
  });
  assertCount('changes', Number(Buffer.from((await store.get(partition, key))?.value ?? [])), changes);
  return rate;
}

/** Fifty committers: each puts an object and commits it. */
async function commitRate(commits: number): Promise<number> {
  const backend = { store: openMemoryKeyValueStore(), clock: systemClock };
  const home = await createRepository(backend, { name: 'bench', storageNamespace: 's3://bucket/bench' });
  let generation = 0;
  const rate = await rateOf(commits, async (index) => {
    await putObject(home, 'main', { path: `objects/${index}`, address: `s3://bucket/bench/${index}` });
    const made = await commit(home, 'main', { committer: 'bench', message: `${index}`, allowEmpty: true });
    generation = Math.max(generation, made.generation);
  });
  assertCount('commits', generation - 1, commits);
  return rate;
}

/** Calls a second, fifty at a time. */
async function rateOf(calls: number, call: (index: number) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < calls) await call(next++);
  };
  await Promise.all(Array.from({ length: committers }, work));
  return (calls * 1_000) / (performance.now() - startedAt);
}

function assertCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`there are ${found} ${what}; there must be ${expected}`);
}
