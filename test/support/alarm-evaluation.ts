/** A metric alarm as a template has it, as far as its state depends on it. */
export interface MetricAlarm {
  readonly MetricName?: string;
  readonly Metrics?: readonly AlarmMetric[];
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: string;
}

interface AlarmMetric {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean;
}

/** One point a period, the oldest first; undefined: nothing was published. */
export type Points = readonly (number | undefined)[];

export interface Circumstances {
  /**
   * How many more data points CloudWatch looks at than it needs. The documentation's example has two; how many it is depends
   * on the period, so what is asserted should hold for each.
   */
  readonly more?: number;
  /** Whether FILL makes points of a metric that has none at all, which the documentation leaves open. */
  readonly fillsNothing?: boolean;
}

/**
 * The state that CloudWatch gives an alarm, from what was published until now of its metric, or of those of its expression by
 * their ids. Throws for what the documentation says that these alarms do not use.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function alarmState(
  alarm: MetricAlarm,
  published: Readonly<Record<string, Points>>,
  { more = 2, fillsNothing = true }: Circumstances = {},
): 'OK' | 'ALARM' {
  const { EvaluationPeriods: needed } = alarm;
  const length = Math.max(needed + more, ...Object.values(published).map((points) => points.length));
  // Before the first point nothing was published.
  const series = (name: string): Points => {
    const points = published[name] ?? [];
    return [...Array<undefined>(length - points.length).fill(undefined), ...points].slice(-(needed + more));
  };
  const points = pointsOf(alarm, series, fillsNothing);
  const real = points.filter((point) => point !== undefined).slice(-needed);
  // What was published counts, however old; what is missing fills up the rest.
  const breaching = real.filter((point) => breaches(alarm, point)).length;
  const filled = treatedAsBreaching(alarm) ? needed - real.length : 0;
  return breaching + filled >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK';
}

function pointsOf({ MetricName, Metrics = [] }: MetricAlarm, series: (name: string) => Points, fills: boolean): Points {
  if (MetricName !== undefined) return series(MetricName);
  const [expression] = Metrics.flatMap(({ Expression, ReturnData }) =>
    ReturnData === false ? [] : (Expression ?? []),
  );
  if (expression === undefined) throw new Error('an alarm has no metric');
  return sum(expression.split(' + ').map((term) => termOf(term, series, fills)));
}

/** `FILL(name, value)`: the only function that is used here. */
function termOf(term: string, series: (name: string) => Points, fills: boolean): Points {
  const [, name, value] = /^FILL\(([a-z]\w*), (-?\d+)\)$/.exec(term) ?? [];
  if (name === undefined || value === undefined) throw new Error(`"${term}" is nothing that can be evaluated here`);
  const points = series(name);
  if (!fills && points.every((point) => point === undefined)) return points;
  return points.map((point) => point ?? Number(value));
}

/** "Missing values in a time series are treated as 0", where another has one. */
function sum(terms: readonly Points[]): Points {
  return (terms[0] ?? []).map((_, at) => {
    const values = terms.flatMap((points) => points[at] ?? []);
    return values.length === 0 ? undefined : values.reduce((all, one) => all + one, 0);
  });
}

function breaches({ ComparisonOperator, Threshold }: MetricAlarm, point: number): boolean {
  switch (ComparisonOperator) {
    case 'GreaterThanThreshold':
      return point > Threshold;
    case 'GreaterThanOrEqualToThreshold':
      return point >= Threshold;
    case 'LessThanThreshold':
      return point < Threshold;
    default:
      throw new Error(`${ComparisonOperator} is nothing that can be evaluated here`);
  }
}

function treatedAsBreaching({ TreatMissingData }: MetricAlarm): boolean {
  if (TreatMissingData === 'breaching') return true;
  if (TreatMissingData === 'notBreaching') return false;
  throw new Error(`missing data that is treated as "${TreatMissingData}" is nothing that can be evaluated here`);
}
