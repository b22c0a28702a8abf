import { Duration, TimeZone } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Schedule } from '../../../cdk/starts/start-schedule.js';
import { steps } from '../../../cdk/functions/steps.js';
import { synthesised } from '../synthesised.js';

const stores = { old: 'dynamodb://eu-west-1/old-', new: 'dynamodb://eu-west-1/new-' };
const project = { stores, database: 'new' };
const onFailure = { email: 'data@example.com' };
const copy = { copy: { from: 'old', to: 'new' } };
const byClock = { schedule: Schedule.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }) };

const runs = (props: Parameters<typeof synthesised>[1]) => synthesised(project, props).template;

describe('what starts runs without a person', () => {
  it('is nothing, unless it is asked for', () => {
    const { template } = synthesised(project);
    template.resourceCountIs('Custom::CarryoverRun', 0);
    const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));
    expect(
      schedules.filter(({ Properties }) => /starts/.test((Properties as { Description: string }).Description)),
    ).toEqual([]);
  });

  it('is the clock of a time zone, with what brings the database to the newest version', () => {
    runs(byClock).hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: 'Carryover: starts a run',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'ENABLED',
      Target: Match.objectLike({ Input: Match.serializedJson(Match.objectLike({ input: { up: {} } })) }),
    });
  });

  it('is a deployment, once everything that the run needs is in place', () => {
    const template = runs({ runOn: 'deploy', input: copy, waitAtMost: Duration.minutes(10), onFailure });
    const [run] = Object.values(template.findResources('Custom::CarryoverRun'));
    expect(run?.['Properties']).toMatchObject({ input: JSON.stringify(copy) });
    const { versions } = run?.['Properties'] as { versions: { Ref: string }[] };
    expect(versions.map(({ Ref }) => Ref).sort()).toEqual(
      Object.keys(template.findResources('AWS::Lambda::Version')).sort(),
    );
    expect(versions).toHaveLength(steps.length);
    const needed = [
      ...Object.keys(template.findResources('AWS::StepFunctions::StateMachine')),
      ...Object.keys(template.findResources('AWS::Events::Rule')),
      ...Object.keys(template.findResources('AWS::Lambda::EventSourceMapping')),
      ...Object.keys(template.findResources('AWS::CloudWatch::Alarm')),
      ...Object.keys(template.findResources('AWS::SNS::TopicPolicy')),
      ...Object.keys(template.findResources('AWS::SNS::Subscription')),
      ...Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) => id.includes('DistributedMap')),
    ].filter((id) => id.startsWith('Carryover') && !id.includes('Provider'));
    expect(needed.filter((id) => /TopicPolicy|dataexample|DistributedMap/.test(id))).toHaveLength(3);
    expect(run?.['DependsOn']).toEqual(expect.arrayContaining(needed));
  });

  it('is a deployment that has another label, though nothing else is new', () => {
    const versionsOf = (release: string): unknown[] =>
      Object.values(runs({ runOn: 'deploy', release }).findResources('Custom::CarryoverRun')).map(
        ({ Properties }) => (Properties as { versions: unknown }).versions,
      );
    expect(versionsOf('1')).toEqual(versionsOf('1'));
    expect(versionsOf('2')).not.toEqual(versionsOf('1'));
  });

  it.each([
    ['an input that nobody starts', { input: copy }, 'input: is what a schedule or a deployment starts runs with'],
    ['a wait without a run', { waitAtMost: Duration.minutes(1) }, 'waitAtMost: is how long a deployment waits'],
    ['what Begin would refuse', { ...byClock, input: { copy: { from: 'old' } } }, 'input.copy.to: is missing'],
  ])('refuses %s', (_title, props, message) => {
    expect(() => runs(props)).toThrow(message);
  });

  it('must be told what to start, where the project has no database that functions reach', () => {
    expect(() => synthesised({ stores }, byClock)).toThrow('input: is missing: the project names no database');
    const onLaptop = { stores: { ...stores, laptop: 'dynamodb://embedded?path=data' }, database: 'laptop' };
    expect(() => synthesised(onLaptop, byClock)).toThrow('the project names no database that functions reach');
    expect(() => synthesised({ stores }, { ...byClock, input: copy })).not.toThrow();
  });
});
