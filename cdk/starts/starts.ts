import type { Duration } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IDependable } from 'constructs';
import { InputError } from '../../src/errors.js';
import type { DeployedStore } from '../../src/project/deployed-stores.js';
import type { Attendants } from '../functions/attendants.js';
import type { FunctionSettings } from '../functions/carryover-function.js';
import { executionInputFaults } from './checked-input.js';
import { DeployRun, waitFaults } from './deploy-run.js';
import { StartSchedule, type StartTimes } from './start-schedule.js';

/** What starts runs without a person. */
export interface StartRules {
  /** Starts runs by the clock, never two at once: `Schedule.cron({ hour: '3', minute: '0' })`. Default: none. */
  readonly schedule?: StartTimes;
  /**
   * `deploy`: each deployment that changed migrations, configuration or `input` starts a run and waits for it; it fails with the run.
   * Default: none.
   */
  readonly runOn?: 'deploy';
  /** How long a deployment waits for its run, 1 to 55 whole minutes; past that the run goes on alone. Default: 30 minutes. */
  readonly waitAtMost?: Duration;
  /** The input of what is started so. Default: what brings the project's database to the newest version, `{ up: {} }`. */
  readonly input?: object;
}

export interface StartsProps extends StartRules {
  readonly machine: StateMachine;
  readonly attendants: Attendants;
  readonly settings: Pick<FunctionSettings, 'encryptionKey' | 'logRetention'>;
  readonly versions: readonly string[];
  readonly deadLetters: IQueue;
  /** What a run needs, and what is to tell of it when it fails. */
  readonly after: readonly IDependable[];
}

/** Who starts runs: a schedule, a deployment, both or none. */
export class Starts extends Construct {
  constructor(scope: Construct, id: string, props: StartsProps) {
    super(scope, id);
    const { schedule, machine, attendants, settings, deadLetters, input } = props;
    const { start, deploy, deployed } = attendants;
    const { encryptionKey, logRetention } = settings;
    if (schedule !== undefined && start !== undefined) {
      const starting = { start: start.function, machine, encryptionKey, schedule, input, deadLetters };
      new StartSchedule(this, 'Schedule', starting);
    }
    if (deploy === undefined || deployed === undefined) return;
    const { versions, after, waitAtMost } = props;
    new DeployRun(this, 'Deploy', {
      ...{ machine, encryptionKey, input, versions, after, waitAtMost, logRetention },
      deploy: deploy.function,
      deployed: deployed.function,
    });
  }
}

/**
 * Throws InputError for rules that would start nothing, or what Begin would refuse. `stores`: those that functions reach, where they
 * are known; a database on a laptop is none that an execution could bring to a version.
 */
export function assertStartable(
  { schedule, runOn, waitAtMost, input }: StartRules,
  stores: readonly DeployedStore[] | undefined,
): void {
  const starts = schedule !== undefined || runOn !== undefined;
  const hasDatabase = stores === undefined || stores.some(({ chain }) => chain === 'database');
  const faults = [
    ...(input === undefined ? [] : executionInputFaults('input', input)),
    ...(starts && input === undefined && !hasDatabase ? [noDatabase] : []),
    ...(starts || input === undefined ? [] : [{ field: 'input', message: nobodyStarts }]),
    ...(waitAtMost === undefined ? [] : waitFaults(waitAtMost)),
    ...(runOn === undefined && waitAtMost !== undefined
      ? [
          {
            field: 'waitAtMost',
            message: 'is how long a deployment waits, and none starts a run: give runOn: "deploy" too',
          },
        ]
      : []),
  ];
  if (faults.length > 0) throw new InputError(faults);
}

const nobodyStarts =
  'is what a schedule or a deployment starts runs with, and there is neither: give schedule or runOn too';
const noDatabase = {
  field: 'input',
  message:
    'is missing: the project names no database that functions reach, whose version could be changed, so say what is to be started, like { copy: { from, to } }',
};
