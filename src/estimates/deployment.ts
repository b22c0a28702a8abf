/** What a deployment has by default, as far as its estimates rest on it. A test holds it equal to what is deployed. */
export const deployment = {
  /** How long a call may take, and the memory of functions that read items: one virtual CPU; of the others. */
  callSeconds: 14 * 60,
  memoryMb: { working: 1769, planning: 512 },
  executionDays: 14,
} as const;

/** What is deployed to be told by, and in a network of one's own. A test counts it in what is deployed by default. */
export const watching = {
  /** Metrics that the alarms look at: some add up several. */
  alarmMetrics: 26,
  dashboards: 1,
  /** Of the watcher: overdue leases, quarantined items, active runs; and its cold starts. */
  idleMetrics: 4,
  /** While runs go on: six names for each of six steps that save checkpoints, ten steps' cold starts, and the age of checkpoints. */
  runMetrics: 47,
  /** How long calls take is a guess on the safe side, of a deployment that runs nothing. */
  watcher: { everyMinutes: 5, callSeconds: 2 },
  prune: { everyDays: 1, callSeconds: 10 },
  /** The queue of ended executions; nobody polls that of dead letters. */
  polledQueues: 1,
  /** Secrets Manager, STS, EventBridge, Step Functions, logs; those of DynamoDB and S3 are gateways, which cost nothing. */
  interfaceEndpoints: 5,
  zones: 2,
} as const;

/**
 * What is assumed of functions and runs: measured on a laptop's engines or guessed on the safe side, never on AWS.
 */
export const assumed = {
  /**
   * CPU of an item in a loop of Scan and BatchWriteItem with the SDK, the largest of several measurements, with items of this
   * size on one core. Larger items are taken to cost more in proportion; carryover's own loop does the same work
   * (docs/bench.md). Validation sends nothing and hashes instead, for less.
   */
  cpuSeconds: 62e-6,
  cpuItemBytes: 285,
  /** The part of its time that a function computes; in the rest it waits. */
  busyShare: 0.5,
  /** How much larger than the mean the largest segment is. */
  skew: 2,
  /** Repeated tries of a call, each with three events more in the history. */
  retriesOfCall: 1,
  eventsOfRetry: 3,
  /** Calls of a run beside those of units, and how long each takes. */
  stepCalls: 20,
  stepSeconds: 60,
  /** Write units of a unit's entry in the ledger, of one that holds a digest, and of the state entry that holds the lease. */
  entryWriteUnits: { plain: 2, digest: 25, lease: 2 },
  /** Read units of the ledger for a call, and for the digest of a unit. */
  entryReadUnits: { call: 10, digest: 7 },
  logBytesOfCall: 8 * 1024,
  logBytesOfCheckpoint: 256,
  /** The ledger, its backups included, of a deployment that was used for long. */
  ledgerGb: 1,
} as const;
