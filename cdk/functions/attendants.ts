import { Duration, Size } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CarryoverFunction, type FunctionSettings, type Sizing } from './carryover-function.js';
import type { Attendant } from './function-names.js';
import type { StartRules } from '../starts/starts.js';

/** They ask AWS, or read a little. */
const memory = Size.mebibytes(512);

const roles: Readonly<Record<Attendant, { readonly description: string } & Sizing>> = {
  watch: { description: 'looks at the runs that are under way', timeout: Duration.minutes(4), memory },
  start: { description: 'starts the runs of the schedule', timeout: Duration.minutes(2), memory },
  deploy: { description: 'begins the run that follows a deployment', timeout: Duration.minutes(2), memory },
  deployed: { description: 'waits for the run that follows a deployment', timeout: Duration.minutes(2), memory },
  prune: { description: 'removes versions of functions that no run needs', timeout: Duration.minutes(10), memory },
};

/** The functions that stand beside the state machine: those that start runs are there where somebody asked for it. */
export type Attendants = Readonly<
  Record<'watch' | 'prune', CarryoverFunction> & Partial<Record<Attendant, CarryoverFunction>>
>;

/** Makes the functions that stand beside the state machine. */
export function createAttendants(
  scope: Construct,
  settings: FunctionSettings,
  { schedule, runOn }: StartRules,
): Attendants {
  const create = (name: Attendant) => createAttendant(scope, name, settings);
  return {
    watch: create('watch'),
    prune: create('prune'),
    ...(schedule === undefined ? {} : { start: create('start') }),
    ...(runOn === undefined ? {} : { deploy: create('deploy'), deployed: create('deployed') }),
  };
}

/** `watch` alone opens stores, and goes where those are reached. */
function createAttendant(scope: Construct, name: Attendant, settings: FunctionSettings): CarryoverFunction {
  const { description, ...sizing } = roles[name];
  return new CarryoverFunction(scope, name, {
    ...settings,
    ...(name === 'watch' ? {} : { network: undefined, environment: undefined }),
    name,
    description: `Carryover: ${description}`,
    sizing,
  });
}
