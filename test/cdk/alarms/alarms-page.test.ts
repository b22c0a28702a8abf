import { readFile } from 'node:fs/promises';
import { textOf } from '../synthesised.js';
import { alarm, alarms } from './synthesised-alarms.js';

describe('docs/alarms.md', () => {
  test('lists each alarm with its expression, and has a first response to each and to no other', async () => {
    const page = await readFile('docs/alarms.md', 'utf8');
    for (const id of alarms.keys()) expect(page).toContain(rowOf(id));
    const [, responses = ''] = /^## First responses$(.*?)^## /ms.exec(page) ?? [];
    const named = [...responses.matchAll(/^### (.*)$/gm)].map(([, id]) => id);
    expect(named.sort()).toEqual([...alarms.keys()].sort());
  });

  test('begins with the list of runs where the alarm does', async () => {
    const page = await readFile('docs/alarms.md', 'utf8');
    const list = 'npx carryover status --stack';
    for (const [id, { AlarmDescription }] of alarms) {
      const [, first = ''] = new RegExp(`^### ${id}$.*?^1\\. (.*?)$`, 'ms').exec(page) ?? [];
      const begins = textOf(AlarmDescription).endsWith(`First: ${list} orders`);
      expect([id, first.startsWith(`\`${list} NAME\``)]).toEqual([id, begins]);
    }
  });
});

const comparisons: Readonly<Record<string, string>> = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
};

/** An alarm as the page's table has it. */
function rowOf(id: string): string {
  const { Metrics = [], Namespace, MetricName, Statistic, Period, ...rest } = alarm(id);
  const [stat] = Metrics.flatMap(({ MetricStat }) => MetricStat ?? []);
  const over = `${comparisons[rest.ComparisonOperator]} ${rest.Threshold}`;
  const { Namespace: space, MetricName: name } = stat?.Metric ?? {};
  const rings =
    MetricName === undefined
      ? `\`${Metrics[0]?.Expression}\` ${over}, each the ${stat?.Stat} of \`${space} ${name}\``
      : `${Statistic} of \`${Namespace} ${MetricName}\` ${over}`;
  const points = `${rest.DatapointsToAlarm} of ${rest.EvaluationPeriods}, of ${(Period ?? stat?.Period ?? 0) / 60} minutes`;
  const missing = rest.TreatMissingData === 'breaching' ? 'rings' : 'does not ring';
  return `| [${id}](#${id.toLowerCase()}) | ${rings} | ${points} | ${missing} |`;
}
