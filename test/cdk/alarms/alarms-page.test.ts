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

  test('begins each response with the command that the alarm itself has as the first', async () => {
    const page = await readFile('docs/alarms.md', 'utf8');
    for (const [id, { AlarmDescription }] of alarms) {
      const [, response = ''] = new RegExp(`^### ${id}$.*?^1\\. (.*?)$`, 'ms').exec(page) ?? [];
      expect([id, response]).toEqual([id, expect.stringMatching(/^`.+`/)]);
      expect([id, commandOf(textOf(AlarmDescription))]).toEqual([id, /^`(.+?)`/.exec(response)?.[1]]);
    }
  });
});

const comparisons: Readonly<Record<string, string>> = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
};

/** The first command of an alarm's text, with the words that the page has for what differs between deployments. */
function commandOf(text: string): string | undefined {
  const [, commands = ''] = text.split(' First: ');
  return commands
    .replaceAll(/\$\{Carryover\w+Logs\w+\}/g, 'LOGGROUP')
    .replace(/\$\{CarryoverDeadLetters\w+\}/, 'URL')
    .replace(/ orders$/, ' NAME')
    .split('; ')[0];
}

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
