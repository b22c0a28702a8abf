import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { Dependencies } from '../engine/dependencies.js';
import { upInputSchema } from '../engine/runs/up-input.js';
import { lookAtDatabase, type Database } from '../engine/home/open-database.js';
import { chainForecast } from '../engine/tasks/forecast-chain.js';
import type { Json } from '../json.js';
import { openLocalRuntime } from '../local/local-runtime.js';
import { systemClock } from '../system-clock.js';
import { assertAnswering } from './assert-answering.js';
import { chainProject } from './chain-project.js';
import { followedDatabase } from './followed-database.js';
import { createProgress } from './progress.js';
import { runLocally } from './run-locally.js';
import { upInStack } from './up-in-stack.js';
import { addUpOptions, upInputOf, type UpOptions } from './up-options.js';
import { confirmFresh, printPlan, printUp } from './up-print.js';
import { userName } from './user-name.js';

type UpInput = Readonly<Record<string, unknown>>;

/** `carryover up`; resolves with the exit code. */
export function addUpCommand(program: Command, exit: (code: number) => void): void {
  addUpOptions(
    program.command('up').description('bring the database to the newest version: run the migrations that are pending'),
  ).action(async (options: UpOptions) => exit(await up(options)));
}

async function up(options: UpOptions): Promise<number> {
  if (options.stack !== undefined) return await upInStack(options, options.stack);
  const { input, faults } = upInputOf(options);
  const { project, database, registry } = await chainProject(options, faults);
  const readOnly = options.dryRun === true;
  const runtime = await openLocalRuntime({ project, registry, who: userName(), where: hostname(), readOnly });
  try {
    return await upLocally(runtime.dependencies, database, input, options);
  } finally {
    await runtime.close();
  }
}

const nameOf = ({ name, store }: Database): string => `${name} (${store.location})`;

async function upLocally(deps: Dependencies, configured: string, input: UpInput, options: UpOptions): Promise<number> {
  await assertAnswering([deps.openStore(configured)]);
  if (options.dryRun) {
    const name = nameOf(await followedDatabase(deps));
    return printPlan(await chainForecast(upInputSchema.parse(input), deps), name, options);
  }
  if (options.fresh && !options.yes) {
    const name = nameOf(await lookAtDatabase(deps));
    await confirmFresh(await chainForecast(upInputSchema.parse(input), deps), name);
  }
  const progress = createProgress(process.stderr, systemClock);
  const status = await runLocally(deps, { up: input } as Json, progress);
  // The run may have moved its home.
  const database = await followedDatabase(deps);
  const readable = { kv: database.store.keyValues, registry: deps.registry };
  return await printUp({ status, ledger: deps.ledger, input, database: nameOf(database), readable }, options);
}
