import { textOf } from '../synthesised.js';
import { alarm, alarms, template } from './synthesised-alarms.js';

describe('the texts of alarms', () => {
  test('say in ASCII what they mean and which command to run first, to the topic', () => {
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    for (const [id, { AlarmDescription, AlarmActions }] of alarms) {
      const text = textOf(AlarmDescription);
      expect([id, text]).toEqual([id, expect.stringMatching(/^[ -~]{60,1024}$/)]);
      const first = /\. First: (aws [a-z-]+ [a-z-]+ |npx carryover status --stack orders$)/;
      expect([id, text]).toEqual([id, expect.stringMatching(first)]);
      expect([id, AlarmActions]).toEqual([id, [{ Ref: topic }]]);
    }
  });

  test('are short enough for CloudWatch in a stack whose name is as long as names may be', () => {
    for (const [id, { AlarmDescription }] of alarms) {
      // As CloudFormation names what has no name of its own.
      const named = textOf(AlarmDescription).replace(/\$\{(.*?)\}/g, `${'s'.repeat(128)}-$1-${'r'.repeat(12)}`);
      expect([id, named.length <= 1_024]).toEqual([id, true]);
    }
  });

  test('give for functions beside the state machine the command that shows the errors of each', () => {
    const commands = textOf(alarm('AttendantErrors').AlarmDescription).split(' First: ')[1]?.split('; ');
    expect(commands?.map((command) => command.replace(/[0-9A-F]{8}/, '')).sort()).toEqual(
      ['deploy', 'prune', 'start'].map(
        (name) => `aws logs tail \${Carryover${name}Logs} --since 1h --filter-pattern ERROR`,
      ),
    );
  });
});
