import { steps, type Step } from './steps.js';

/**
 * The functions that stand beside the state machine, each `functions/<name>.ts`: `watch` looks at runs that are under way, `start`
 * begins those of a schedule, `deploy` and `deployed` the one that follows a deployment, `prune` removes versions of functions
 * that no run needs any more.
 */
export const attendants = ['watch', 'start', 'deploy', 'deployed', 'prune'] as const;

export type Attendant = (typeof attendants)[number];
export type FunctionName = Step | Attendant;

/** Those that open the ledger and the project's stores; the others ask AWS alone, and hold nothing of the project. */
export type ProjectFunction = Step | 'watch';
export const projectFunctions: readonly ProjectFunction[] = [...steps, 'watch'];

export const functionNames: readonly FunctionName[] = [...steps, ...attendants];
