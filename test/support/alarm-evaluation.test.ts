import { alarmState, type MetricAlarm, type Points } from './alarm-evaluation.js';

const alarm = (breaching: number, TreatMissingData: string): MetricAlarm => ({
  MetricName: 'm',
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  EvaluationPeriods: 3,
  DatapointsToAlarm: breaching,
  TreatMissingData,
});

/** As the documentation draws them: 0 is not breaching, X is, - is missing. */
const points = (text: string): Points =>
  text.split(' ').map((point) => (point === '-' ? undefined : point === 'X' ? 1 : 0));

/** The tables of "How alarm state is evaluated when data is missing", three periods of five that are looked at. */
describe('the state of an alarm', () => {
  test.each([
    ['0 - X - X', 'OK', 'OK'],
    ['0 - - - -', 'OK', 'OK'],
    ['- - - - -', 'ALARM', 'OK'],
    ['0 X X - X', 'ALARM', 'ALARM'],
    ['- - X - -', 'ALARM', 'OK'],
  ])('for 3 of 3 and %s is as documented: %s where missing data breaches, else %s', (text, breaching, notBreaching) => {
    expect(alarmState(alarm(3, 'breaching'), { m: points(text) })).toBe(breaching);
    expect(alarmState(alarm(3, 'notBreaching'), { m: points(text) })).toBe(notBreaching);
  });

  test.each([
    ['0 - X - X', 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 'ALARM', 'ALARM'],
    ['0 - X - -', 'ALARM', 'OK'],
    ['- - - - 0', 'ALARM', 'OK'],
    ['- - - X -', 'ALARM', 'OK'],
  ])('for 2 of 3 and %s is as documented: %s where missing data breaches, else %s', (text, breaching, notBreaching) => {
    expect(alarmState(alarm(2, 'breaching'), { m: points(text) })).toBe(breaching);
    expect(alarmState(alarm(2, 'notBreaching'), { m: points(text) })).toBe(notBreaching);
  });

  test('rests on an expression whose missing values are filled, and those of other metrics taken for 0', () => {
    const Metrics = [
      { Id: 'sum', Expression: 'FILL(a, 0) + FILL(b, 1)' },
      { Id: 'a', ReturnData: false },
    ];
    const { MetricName: _, ...rest } = alarm(3, 'notBreaching');
    const summed = { ...rest, Metrics, Threshold: 3 };
    expect(alarmState(summed, { a: points('X X X').map((one) => (one ?? 0) * 2) })).toBe('ALARM');
    expect(alarmState(summed, { a: [2, 2, 2] }, { fillsNothing: false })).toBe('OK');
    expect(alarmState(summed, { a: [2, undefined, 2] })).toBe('OK');
  });

  test('is not made up where something is used that is not evaluated here', () => {
    const { MetricName: _, ...rest } = alarm(3, 'notBreaching');
    expect(() => alarmState({ ...rest, Metrics: [{ Id: 'e', Expression: 'RATE(a)' }] }, {})).toThrow('RATE(a)');
    expect(() => alarmState(alarm(3, 'ignore'), {})).toThrow('ignore');
  });
});
