import { putHistory } from '../../versions/history.js';
import type { LeaseOwner } from '../../kv/lease-cell.js';
import type { Dependencies } from '../dependencies.js';
import type { ChainInput } from '../runs/execution-input.js';
import { assertMayRun } from '../runs/forecast-run.js';
import type { UpInput } from '../runs/up-input.js';
import { giveVersion } from './adoption.js';
import type { Beginner, BeginningRun, ChosenTask } from './beginner.js';
import { cleanupTask } from './cleanup-task.js';
import { forecastChain, saveChainForecast } from './forecast-chain.js';
import { lookAtChain, type ChainLook } from './next-task.js';
import type { Task } from './task.js';
import { recordChain } from './chain-summary.js';
import { upTask } from './up-task.js';

/** A run of the version chain: one migration after the other, until none is pending. */
export function upBeginner(input: ChainInput, run: BeginningRun, deps: Dependencies): Beginner {
  const { up } = input;
  let forecast: string | undefined;
  const checked = async (look: ChainLook): Promise<Task> => {
    const task = await taskOfLook(look, input, run, deps);
    if (task.spec !== forecast) await assertMayRun(task, deps);
    forecast = task.spec;
    return task;
  };
  return {
    async isPending() {
      const look = await lookAtChain(input, deps);
      if (up?.dryRun === true) {
        await saveChainForecast(await forecastChain(up, look, run.owner, deps), look, run.id, deps);
        return false;
      }
      if (look.pending) await checked(look);
      else await recordChain(deps.ledger, run.id, look);
      // A database that shall be given its version, or changed files to be accepted, need the lease too.
      return look.pending || givenNow(input, look) !== undefined || isAccepting(up, look, deps);
    },
    async taskOf(own) {
      const look = await settled(await lookAtChain(input, deps), input, own, run, deps);
      await recordChain(deps.ledger, run.id, look);
      if (!look.pending) return undefined;
      const task = await checked(look);
      const chosen: ChosenTask = { task, only: look.only };
      return look.next === undefined ? chosen : { ...chosen, version: look.next.version };
    },
  };
}

async function taskOfLook(
  { database, next, only }: ChainLook,
  { up }: ChainInput,
  { owner }: BeginningRun,
  deps: Dependencies,
): Promise<Task> {
  if (next === undefined) return cleanupTask(database, owner, deps);
  return await upTask({ database, registered: next, input: up ?? { fresh: false }, only }, owner, deps);
}

/** Gives a database its first version, and accepts what changed on purpose. */
async function settled(
  look: ChainLook,
  input: ChainInput,
  own: LeaseOwner,
  { who }: BeginningRun,
  deps: Dependencies,
): Promise<ChainLook> {
  const { home } = look;
  const given = givenNow(input, look);
  await acceptChanged(input.up, look, own, deps);
  if (given === undefined) return look;
  await giveVersion(home, own, { version: given, how: 'stamped', who, now: new Date(deps.clock.now()) }, deps);
  return await lookAtChain(input, deps);
}

/** The version that this run gives to a database without one: a clean-up gives none. */
function givenNow({ up }: ChainInput, { given }: ChainLook): number | undefined {
  return up === undefined ? undefined : given;
}

function isAccepting(up: UpInput | undefined, { history }: ChainLook, deps: Dependencies): boolean {
  return changedEntries(up, history, deps).length > 0;
}

async function acceptChanged(
  up: UpInput | undefined,
  { home, history }: ChainLook,
  { token }: LeaseOwner,
  deps: Dependencies,
): Promise<void> {
  for (const entry of changedEntries(up, history, deps)) await putHistory(home.keyValues, { ...entry, token });
}

/** The entries of accepted versions, with the checksums that their files have now. */
function changedEntries(
  up: UpInput | undefined,
  history: ChainLook['history'],
  { registry }: Dependencies,
): ChainLook['history'] {
  const accepted = new Set(up?.acceptChanged ?? []);
  return history.flatMap((entry) => {
    const checksum = registry.migrations.find(({ version }) => version === entry.version)?.checksum;
    if (!accepted.has(entry.version) || checksum === undefined || entry.checksum === checksum) return [];
    return [{ ...entry, checksum }];
  });
}
