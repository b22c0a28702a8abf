/**
 * What AWS allows, as its documentation has it: defaults of an account in us-east-1 that nobody had raised. None of these was
 * tried out from this repository.
 */
export const quotas = {
  /** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
  execution: { events: 25_000, stateBytes: 256 * 1024, days: 365, mapChildren: 10_000 },
  /** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  functions: { seconds: 900, concurrent: 1_000 },
  /** A second. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
  table: { readUnits: 40_000, writeUnits: 40_000 },
  /** A second. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
  partition: { readUnits: 3_000, writeUnits: 1_000 },
  /** A second, of an on-demand table that is new. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html */
  newOnDemandTable: { readUnits: 12_000, writeUnits: 4_000 },
} as const;

/** Bytes of a read unit, consistent, of a write unit, and of a page of Scan. */
export const unitBytes = { read: 4 * 1024, write: 1024, page: 1024 * 1024 } as const;

/**
 * How Lambda polls a standard queue that is empty: with five requests at a time, of which it may save up to three by itself, which is
 * not counted on. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 * How long each waits is not documented. It is taken to be as long as SQS allows, which is what others saw, 15 empty receives a
 * minute: https://github.com/getlift/lift/issues/132
 */
export const polling = { atATime: 5, waitSeconds: 20 } as const;

/**
 * Dollars, us-east-1, before taxes, free tiers and discounts, as they were published in the first half of 2026: to be checked
 * before anything rests on them.
 */
export const prices = {
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  onDemand: { readUnit: 0.125e-6, writeUnit: 0.625e-6 },
  /** An hour. https://aws.amazon.com/dynamodb/pricing/provisioned/ */
  provisioned: { readUnit: 0.00013, writeUnit: 0.00065 },
  /** A GB and month, of a table and of its point-in-time recovery. */
  storage: { table: 0.25, recovery: 0.2 },
  /** arm64. https://aws.amazon.com/lambda/pricing/ */
  functions: { gbSecond: 0.0000133334, request: 0.2e-6 },
  /** https://aws.amazon.com/step-functions/pricing/ */
  transition: 0.000025,
  /** A GB of logs; a metric, an alarm's metric and a dashboard a month. https://aws.amazon.com/cloudwatch/pricing/ */
  watching: { logGb: 0.5, metric: 0.3, alarmMetric: 0.1, dashboard: 3, trace: 5e-6 },
  /** An event of one's own; a call of Scheduler. https://aws.amazon.com/eventbridge/pricing/ */
  events: { event: 1e-6, scheduled: 1e-6 },
  /**
   * Of a standard queue, below 100 billion a month, those too that receive nothing. https://aws.amazon.com/sqs/pricing/ and
   * https://aws.amazon.com/premiumsupport/knowledge-center/sqs-high-charges/
   */
  queues: { request: 0.4e-6 },
  /** A key a month, a request. https://aws.amazon.com/kms/pricing/ */
  keys: { key: 1, request: 3e-6 },
  /** An hour in each zone, a GB. https://aws.amazon.com/privatelink/pricing/ */
  endpoint: { hour: 0.01, gb: 0.01 },
  /** An hour, a GB. https://aws.amazon.com/vpc/pricing/ */
  nat: { hour: 0.045, gb: 0.045 },
} as const;

export const hoursOfMonth = 730;
export const bytesOfGb = 1e9;
