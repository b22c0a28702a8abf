import type { LeaseOwner } from '../../kv/lease-cell.js';
import type { Dependencies } from '../dependencies.js';
import { isChain, type ExecutionInput } from '../runs/execution-input.js';
import { adHocBeginner } from './ad-hoc-beginner.js';
import type { Task } from './task.js';
import { upBeginner } from './up-beginner.js';

/** The run that begins. */
export interface BeginningRun {
  readonly id: string;
  readonly owner: string;
  readonly who: string;
}

/** A task that was chosen, and what the state machine must say of it to other calls. */
export interface ChosenTask {
  readonly task: Task;
  readonly version?: number;
  readonly only?: 'cleanup' | undefined;
}

/** How a run of one sort of input begins: a look without the lease, then the choice with it. */
export interface Beginner {
  /** Whether there is anything to do. Records the forecast of a dry run, which has not. Touches nothing. Throws InputError. */
  isPending(): Promise<boolean>;
  /** With the lease held: what is to be done next; undefined when nothing is any more. */
  taskOf(own: LeaseOwner): Promise<ChosenTask | undefined>;
}

export function beginnerOf(input: ExecutionInput, run: BeginningRun, deps: Dependencies): Beginner {
  return isChain(input) ? upBeginner(input, run, deps) : adHocBeginner(input, run, deps);
}
