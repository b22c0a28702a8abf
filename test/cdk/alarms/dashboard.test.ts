import type { Template } from 'aws-cdk-lib/assertions';
import { Alarms } from '../../../cdk/alarms/alarms.js';
import { MigrationDashboard } from '../../../cdk/alarms/dashboard.js';
import { stepMetrics, watchMetrics } from '../../../cdk/alarms/deployment-metric.js';
import { functionNames } from '../../../cdk/functions/function-names.js';
import { steps } from '../../../cdk/functions/steps.js';
import { onlyOne } from '../attendants.js';
import { templateOf } from '../deployment-parts.js';
import { wholeDeployment, wholeProject } from '../whole-deployment.js';
import { synthesised, textOf } from '../synthesised.js';
import { publishedMetrics } from './published-metrics.js';

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly (readonly (string | { readonly expression?: string; readonly label?: string })[])[];
    readonly query?: string;
    readonly alarms?: readonly string[];
    readonly annotations?: { readonly horizontal: readonly { readonly value: number }[] };
  };
}

const template = templateOf((parts) => {
  const { alarms } = new Alarms(parts.scope, 'Alarms', parts);
  new MigrationDashboard(parts.scope, 'Dashboard', { ...parts, alarms });
});
const body = bodyOf(template);
const widgets = widgetsOf(template);
const published = await publishedMetrics();

/** The rows of the widgets that are metrics: namespace, name, and names and values of dimensions in turn. */
const rows = widgets
  .flatMap(({ properties: { metrics = [] } }) => metrics)
  .map((row) => row.filter((part) => typeof part === 'string'))
  .filter((row) => row.length > 0);

describe('MigrationDashboard', () => {
  test('is within the quotas: widgets, metrics of each and of all, and far below what a template may be', () => {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    expect(widgets.length).toBeLessThanOrEqual(500);
    for (const { properties } of widgets) expect(properties.metrics?.length ?? 0).toBeLessThanOrEqual(500);
    expect(rows.length).toBeLessThanOrEqual(2_500);
    expect(Buffer.byteLength(body)).toBeLessThan(50_000);
  });

  test('has a name of its own in each region, as dashboards are the account’s', () => {
    expect(textOf(onlyOne(template, 'AWS::CloudWatch::Dashboard')['DashboardName'])).toBe('orders-${AWS::Region}');
  });

  test('shows what functions publish, under the dimensions that it has there', () => {
    const shown = rows.filter(([namespace]) => namespace === 'Carryover');
    expect(shown.length).toBeGreaterThan(15);
    for (const [, name, ...dimensions] of shown) {
      const { deployment, service } = Object.fromEntries(
        dimensions.flatMap((part, at) => (at % 2 === 0 ? [[part, dimensions[at + 1]]] : [])),
      ) as Record<string, string>;
      expect(deployment).toBe('orders');
      expect(functionNames).toContain(service);
      const source = service === 'watch' ? published.watch : published.step;
      expect([name, source.names]).toEqual([name, expect.arrayContaining([name])]);
      expect(dimensions.filter((_, at) => at % 2 === 0).sort()).toEqual(source.dimensions);
    }
  });

  test('shows of AWS’s own metrics those of these functions and of this machine', () => {
    const [machine] = Object.keys(template.findResources('AWS::StepFunctions::StateMachine'));
    for (const row of rows.filter(([namespace]) => namespace === 'AWS/States'))
      expect(row.slice(2)).toEqual(['StateMachineArn', `\${${machine}}`]);
    const names = rows.filter(([namespace]) => namespace === 'AWS/Lambda').map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(['Throttles', 'Errors']));
  });

  test.each([
    ['a deployment that is started by hand', { stores: {} }, {}, [...steps, 'watch', 'prune']],
    ['one with everything in it', wholeProject, wholeDeployment, [...functionNames]],
  ])('shows in %s the errors of each function, under its name', (_, project, props, names) => {
    const found = widgetsOf(synthesised(project, props).template);
    const errors = found.find(({ properties }) => properties.title.startsWith('Errors of the functions'));
    const shown = (errors?.properties.metrics ?? []).map(([namespace, metric, , ref, options]) => {
      const [, name] = /^\$\{Carryover([a-z]+)Function[0-9A-F]{8}\}$/.exec(String(ref)) ?? [];
      expect([namespace, metric, options]).toEqual(['AWS/Lambda', 'Errors', expect.objectContaining({ label: name })]);
      return name;
    });
    expect(shown).toEqual(names);
  });

  test('adds up what units have done by table, from fields that the log has', () => {
    const queries = widgets.filter(({ type }) => type === 'log').map(({ properties: { query = '' } }) => query);
    expect(queries).toHaveLength(2);
    for (const [at, step] of ['migrate', 'validate'].entries()) {
      expect(queries[at]).toMatch(new RegExp(`^SOURCE '\\$\\{Carryover${step}Logs\\w+\\}' \\| filter ispresent`));
      expect(queries[at]).toContain('stats latest(itemsOfUnit) as done by table, unit\n| stats sum(done) as items');
    }
    expect(published.step.metadata).toEqual(expect.arrayContaining(['table', 'unit', 'itemsOfUnit']));
  });

  test('has the alarms at the top, and the threshold of the one on checkpoints in its graph', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties as { MetricName?: string; Threshold: number },
    );
    expect(widgets[0]?.type).toBe('alarm');
    expect(widgets[0]?.properties.alarms).toHaveLength(alarms.length);
    const age = widgets.find(({ properties }) => properties.title.startsWith('Age of the last checkpoint'));
    const threshold = alarms.find(({ MetricName }) => MetricName === 'CheckpointAge')?.Threshold;
    expect(age?.properties.annotations?.horizontal).toMatchObject([{ value: threshold }]);
  });
});

describe('the metrics that alarms and dashboard name', () => {
  test('are those that the functions publish', () => {
    expect([...published.step.names].sort()).toEqual([...stepMetrics].sort());
    expect([...published.watch.names].sort()).toEqual([...watchMetrics].sort());
    for (const { namespace, dimensions } of Object.values(published))
      expect({ namespace, dimensions }).toEqual({ namespace: 'Carryover', dimensions: ['deployment', 'service'] });
  });
});

function bodyOf(from: Template): string {
  return textOf(onlyOne(from, 'AWS::CloudWatch::Dashboard')['DashboardBody']);
}

function widgetsOf(from: Template): Widget[] {
  return (JSON.parse(bodyOf(from)) as { widgets: Widget[] }).widgets;
}
