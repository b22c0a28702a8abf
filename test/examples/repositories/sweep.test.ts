import fc from 'fast-check';
import { createBranch, deleteBranch } from '../../../examples/repositories/branch-creation.js';
import { listBranches, stagingTokensOf } from '../../../examples/repositories/branch.js';
import { commit } from '../../../examples/repositories/commit.js';
import { historyOf, log } from '../../../examples/repositories/log.js';
import { getObject, listObjects } from '../../../examples/repositories/objects.js';
import { sweepRepositories } from '../../../examples/repositories/reachability.js';
import { idOf, type Backend, type OpenRepository } from '../../../examples/repositories/records.js';
import { createRepository, listRepositories, openRepository } from '../../../examples/repositories/repository.js';
import { putObject } from '../../../examples/repositories/staging.js';
import { createTag, listTags } from '../../../examples/repositories/tag.js';
import { PredicateFailedError } from '../../../src/errors.js';
import { checkedStore } from '../../../src/kv/checked-store.js';
import { faultyDriver, type Fault } from '../../../src/kv/conformance/faulty-driver.js';
import { Turns } from '../../../src/kv/conformance/turns.js';
import type { KeyValueDriver } from '../../../src/kv/key-value-driver.js';
import { MemoryKeyValueDriver } from '../../../src/kv/memory-key-value-store.js';
import { fromStoredForm } from '../../../src/kv/stored-form.js';
import { collect } from '../../support/kv-bytes.js';
import { ManualClock } from '../../support/manual-clock.js';
import { newRepository } from './committers.js';

const graceMs = 1_000;
const registry = 'linked objects';
const namePartition = (stored: Uint8Array): string => idOf(fromStoredForm(stored));

/** The ids of all partitions that a repository, branch or tag leads to. */
async function reachable(backend: Backend): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const repository of await collect(listRepositories(backend))) {
    const home: OpenRepository = { ...backend, repository };
    ids.add(idOf(repository.partition));
    const branches = await collect(listBranches(home));
    for (const branch of branches) for (const token of stagingTokensOf(branch)) ids.add(token);
    for (const { commitId } of [...branches, ...(await collect(listTags(home)))])
      for await (const { id } of historyOf(home, commitId)) ids.add(id);
  }
  return ids;
}

/** A memory store that several work on in turns, and that looks at what is removed from it. */
class World {
  readonly clock = new ManualClock();
  readonly faults: string[] = [];
  readonly #memory = new MemoryKeyValueDriver();
  readonly #born = new Map<string, number>();
  readonly #driver: KeyValueDriver;
  /** As nobody's turn: for looking at it. */
  readonly sound: Backend = { store: checkedStore(this.#memory), clock: this.clock };
  removals = 0;
  readonly told: { readonly path: string; readonly id?: string }[] = [];

  readonly turns: Turns;

  constructor(scheduler: fc.Scheduler) {
    this.turns = new Turns(scheduler);
    const memory = this.#memory;
    this.#driver = {
      location: memory.location,
      read: (...at) => memory.read(...at),
      write: (...at) => memory.write(...at),
      writeIf: async (partition, key, ...rest) => {
        const name = namePartition(key);
        if (namePartition(partition) === registry && !this.#born.has(name)) this.#born.set(name, this.clock.now());
        return memory.writeIf(partition, key, ...rest);
      },
      remove: async (partition, key) => {
        await this.#look(namePartition(partition));
        return memory.remove(partition, key);
      },
      page: (...at) => memory.page(...at),
      close: () => memory.close(),
    };
  }

  /** What one process works with, which is killed at its request number `calls`. */
  backend(calls = Infinity): Backend {
    const dead = () => Promise.reject(new Error('killed'));
    const alive: Fault = (perform) => (calls-- > 0 ? perform() : dead());
    const store = checkedStore(faultyDriver(this.turns.over(this.#driver), [], alive), {
      clock: this.clock,
      random: () => 0.5,
    });
    return { store, clock: this.clock, random: () => 0.5 };
  }

  async #look(partition: string): Promise<void> {
    if (partition === registry) return;
    this.removals++;
    const ageMs = this.clock.now() - (this.#born.get(partition) ?? Infinity);
    if (!(ageMs >= graceMs)) this.faults.push(`${partition} is removed at the age of ${ageMs} ms`);
    if ((await reachable(this.sound)).has(partition)) this.faults.push(`${partition} is removed, and reachable`);
  }

  async committer(name: string, calls?: number): Promise<void> {
    const home = await openRepository(this.backend(calls), 'r');
    for (let index = 0; index < 2; index++) {
      const path = `${name}/${index}`;
      await putObject(home, 'main', { path, address: path });
      this.told.push({ path });
      const { id } = await commit(home, 'main', { committer: name, message: '', allowEmpty: true });
      this.told.push({ path, id });
    }
  }

  async expectWhole(): Promise<void> {
    expect(this.faults).toEqual([]);
    for (const repository of await collect(listRepositories(this.sound))) {
      const home = { ...this.sound, repository };
      const refs = [...(await collect(listBranches(home))), ...(await collect(listTags(home)))];
      for (const { name } of refs) await collect(listObjects(home, name));
    }
    const home = await openRepository(this.sound, 'r');
    const commits = new Set((await collect(log(home, 'main'))).map(({ id }) => id));
    for (const { path, id } of this.told) {
      expect((await getObject(home, 'main', path))?.path).toBe(path);
      if (id !== undefined) expect(commits).toContain(id);
    }
  }
}

/** Requests that a process lives for; many live on. */
const calls = fc.option(fc.nat(60), { nil: undefined });
/** How far the clock goes on after a turn: often not at all, sometimes past everybody's grace. */
const pause = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 400 }) },
  { weight: 1, arbitrary: fc.constant(graceMs) },
);
const history = fc.record({
  committers: fc.array(calls, { minLength: 2, maxLength: 4 }),
  visitors: fc.array(calls, { minLength: 1, maxLength: 2 }),
  creators: fc.array(calls, { minLength: 1, maxLength: 3 }),
  sweepers: fc.array(calls, { minLength: 1, maxLength: 2 }),
  pauses: fc.array(pause, { minLength: 100, maxLength: 300, size: 'max' }),
});

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** Commits on a branch that is tagged, deleted and made anew meanwhile; refusals are part of it. */
async function visit(world: World, lives: number | undefined): Promise<void> {
  const home = await openRepository(world.backend(lives), 'r');
  for (let round = 0; round < 2; round++) {
    await createBranch(home, 'side', { ref: 'main' }).catch(refused);
    await putObject(home, 'side', { path: 'side', address: `${round}` }).catch(refused);
    await commit(home, 'side', { committer: 'visitor', message: '' }).catch(refused);
    await createTag(home, `tag-${round}`, { ref: 'side' }).catch(refused);
    await deleteBranch(home, 'side').catch(refused);
  }
}

function refused(error: unknown): void {
  const names = ['AlreadyExistsError', 'NotFoundError', 'NothingToCommitError'];
  if (!(error instanceof Error) || !names.includes(error.name)) throw error;
}

/** What a work may end with: its death, or that others were faster to the last. */
function ended(error: unknown): void {
  if (error instanceof Error && (error.message === 'killed' || error instanceof PredicateFailedError)) return;
  refused(error);
}

async function play(world: World, plan: History): Promise<void> {
  await newRepository(world.sound.store, world.clock);
  const works = [
    ...plan.committers.map((lives, index) => world.committer(`c${index}`, lives)),
    ...plan.visitors.map((lives) => visit(world, lives)),
    ...plan.creators.map(async (lives) => {
      await createRepository(world.backend(lives), { name: 'new', storageNamespace: 's3://bucket/new' });
    }),
    ...plan.sweepers.map(async (lives) => {
      for (let each = 0; each < 6; each++) {
        await sweepRepositories(world.backend(lives), { graceMs });
        await world.clock.sleep(graceMs / 2);
      }
    }),
  ].map((work) => work.catch(ended));
  for (const pauseMs of plan.pauses) {
    await world.turns.take();
    world.clock.advance(pauseMs);
  }
  await world.turns.takeAll(works, () => world.clock.advance(50));
}

describe('the sweep of a service at work', () => {
  test('removes nothing that is reachable or younger than the grace period, in any interleaving', async () => {
    const runs = 500;
    let [removals, commits] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), history, async (scheduler, plan) => {
        const world = new World(scheduler);
        await play(world, plan);
        await world.expectWhole();
        removals += world.removals;
        commits += world.told.filter(({ id }) => id !== undefined).length;
      }),
      { numRuns: runs },
    );
    // The histories were not empty.
    expect(removals).toBeGreaterThan(runs * 3);
    expect(commits).toBeGreaterThan(runs * 2);
  });
});
