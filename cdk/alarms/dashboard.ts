import { Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  PeriodOverride,
  type Alarm,
  type GraphWidgetProps,
  type IMetric,
  type IWidget,
  type Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { oldestCheckpointSeconds } from './watch-alarms.js';
import type { CarryoverFunction } from '../functions/carryover-function.js';
import { deploymentMetric, type stepMetrics, type watchMetrics } from './deployment-metric.js';
import { functionNames, type Attendant, type FunctionName } from '../functions/function-names.js';
import { mapSteps, steps, type Step } from '../functions/steps.js';
import { watchPeriod } from './watcher.js';

export interface MigrationDashboardProps {
  readonly deployment: string;
  readonly machine: StateMachine;
  readonly functions: Readonly<Record<Step, CarryoverFunction>>;
  /** Those that stand beside the state machine, as far as there are any. */
  readonly attendants: Readonly<Partial<Record<Attendant, CarryoverFunction>>>;
  /** Their states are at the top. */
  readonly alarms: readonly Alarm[];
}

/** Of the grid of 24 columns: two beside each other. */
const half = 12;
/** A call publishes what it counts every few minutes: shorter periods would show bursts and nothing between them. */
const period = Duration.minutes(5);

/** How runs are going: alarms, items and bytes a second, progress by table, checkpoints, throttles, errors, executions. */
export class MigrationDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: MigrationDashboardProps,
  ) {
    super(scope, id);
    const { deployment, alarms } = props;
    this.dashboard = new Dashboard(this, 'Dashboard', {
      // An account has one of a name, in whatever region it was made.
      dashboardName: `${deployment}-${Stack.of(this).region}`,
      defaultInterval: Duration.hours(12),
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        ...(alarms.length === 0 ? [] : [[new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24 })]]),
        [this.rates('Items a second', ['Items']), this.rates('Bytes a second', ['Bytes'])],
        [this.progress('migrate', 'Carried, by table'), this.progress('validate', 'Validated on both sides, by table')],
        [this.checkpointAge(), this.watched('Runs under way', ['ActiveRuns', 'QuarantinedItems', 'LeaseOverdue'])],
        [this.rates('Capacity units a second', ['ReadUnits', 'WriteUnits']), this.throttles()],
        [this.errors(), this.executions()],
      ],
    });
  }

  private graph(title: string, left: IMetric[], more: Partial<GraphWidgetProps> = {}): GraphWidget {
    return new GraphWidget({ title, left, width: half, leftYAxis: { min: 0, showUnits: false }, ...more });
  }

  private metric(service: FunctionName, name: (typeof stepMetrics)[number] | (typeof watchMetrics)[number]): Metric {
    const { deployment } = this.props;
    const statistic = service === 'watch' ? 'Maximum' : 'Sum';
    return deploymentMetric({ deployment, service, name, statistic, label: name });
  }

  /** What the steps that read and write items do in a second. */
  private rates(title: string, names: readonly (typeof stepMetrics)[number][]): IWidget {
    const rates = names.flatMap((name) =>
      mapSteps.map((step) => {
        const id = `${step}${name}`;
        const label = names.length > 1 ? `${step}: ${name}` : step;
        const usingMetrics = { [id]: this.metric(step, name) };
        return new MathExpression({ expression: `${id} / PERIOD(${id})`, usingMetrics, label, period });
      }),
    );
    return this.graph(title, rates);
  }

  /** From the lines of the log in which the step publishes its metrics: table, unit, and what the unit has done by then. */
  private progress(step: Step, title: string): IWidget {
    return new LogQueryWidget({
      title,
      width: half,
      view: LogQueryVisualizationType.TABLE,
      logGroupNames: [this.props.functions[step].logGroup.logGroupName],
      queryLines: [
        'filter ispresent(itemsOfUnit)',
        'stats latest(itemsOfUnit) as done by table, unit',
        'stats sum(done) as items, count(*) as units by table',
        'sort items desc',
      ],
    });
  }

  private checkpointAge(): IWidget {
    const label = 'without a checkpoint for too long';
    return this.graph('Age of the last checkpoint, seconds', [this.metric('watch', 'CheckpointAge')], {
      period: watchPeriod,
      leftAnnotations: [{ value: oldestCheckpointSeconds, label }],
    });
  }

  private watched(title: string, names: readonly (typeof watchMetrics)[number][]): IWidget {
    const metrics = names.map((name) => this.metric('watch', name));
    return this.graph(title, metrics, { period: watchPeriod });
  }

  private throttles(): IWidget {
    const stores = steps.map((service) => this.metric(service, 'Throttles').with({ label: `${service}: stores` }));
    const calls = steps.map((step) => this.props.functions[step].function.metricThrottles({ label: `${step}: calls` }));
    return this.graph('Throttled requests of stores, and calls of functions', [...stores, ...calls], { period });
  }

  /** Of each function that there is: an alarm that adds up several does not say which of them failed. */
  private errors(): IWidget {
    const all: Partial<Record<FunctionName, CarryoverFunction>> = { ...this.props.attendants, ...this.props.functions };
    const errors = functionNames.flatMap((label) => all[label]?.function.metricErrors({ label }) ?? []);
    return this.graph('Errors of the functions; abort and deployed throw by design', errors, { period });
  }

  private executions(): IWidget {
    const { machine } = this.props;
    const ends = [
      machine.metricStarted({ label: 'started' }),
      machine.metricSucceeded({ label: 'succeeded' }),
      machine.metricFailed({ label: 'failed' }),
      machine.metricTimedOut({ label: 'timed out' }),
      machine.metricAborted({ label: 'stopped' }),
    ];
    return this.graph('Executions', ends, { period });
  }
}
