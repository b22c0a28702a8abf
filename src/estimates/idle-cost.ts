import { costLine, type CostLine } from './cost-line.js';
import { assumed, deployment, watching } from './deployment.js';
import { bytesOfGb, hoursOfMonth, polling, prices } from './platform.js';

/** A month of a deployment that runs nothing. */
export function idleCost({ inNetwork, withKey }: { inNetwork: boolean; withKey: boolean }): CostLine[] {
  const { zones, interfaceEndpoints } = watching;
  const { table, recovery } = prices.storage;
  return [
    costLine('Alarms', watching.alarmMetrics, 'metrics', prices.watching.alarmMetric),
    costLine('Dashboard', watching.dashboards, 'dashboard', prices.watching.dashboard),
    ...watcherLines(),
    pruneLine(),
    pollingLine(),
    costLine('Ledger, with its backups', assumed.ledgerGb, 'GB', table + recovery),
    ...(withKey ? [costLine('Key', 1, 'key', prices.keys.key)] : []),
    ...(inNetwork
      ? [costLine('Interface endpoints', interfaceEndpoints * zones * hoursOfMonth, 'hours', prices.endpoint.hour)]
      : []),
  ];
}

function watcherLines(): CostLine[] {
  const { everyMinutes, callSeconds } = watching.watcher;
  const calls = (hoursOfMonth * 60) / everyMinutes;
  return [
    costLine('Metrics of the watcher', watching.idleMetrics, 'metrics', prices.watching.metric),
    costLine('Watcher: Scheduler and calls', calls, 'calls', pricePerCall),
    costLine('Watcher: time', calls * gbSeconds(callSeconds), 'GB-seconds', prices.functions.gbSecond),
    costLine('Watcher: logs', calls * logGb, 'GB', prices.watching.logGb),
    costLine('Watcher: traces', calls, 'traces', prices.watching.trace),
    costLine(
      'Watcher: reads of the ledger',
      calls * assumed.entryReadUnits.call,
      'read units',
      prices.onDemand.readUnit,
    ),
  ];
}

/** All in one line, since it is next to nothing. What it asks Step Functions, Lambda and CloudFormation costs nothing. */
function pruneLine(): CostLine {
  const { everyDays, callSeconds } = watching.prune;
  const calls = hoursOfMonth / 24 / everyDays;
  const { metric, trace } = prices.watching;
  const time = gbSeconds(callSeconds) * prices.functions.gbSecond;
  // Each call starts cold, and says so by a metric, which is paid for by the hour.
  const price = pricePerCall + time + logGb * prices.watching.logGb + trace + metric / hoursOfMonth;
  return costLine('Prune: calls, with time, logs, trace, metric', calls, 'calls', price);
}

/** Lambda asks for messages all the time, and requests that find none are paid for as others. */
function pollingLine(): CostLine {
  const secondsOfMonth = hoursOfMonth * 3_600;
  const receives = (watching.polledQueues * polling.atATime * secondsOfMonth) / polling.waitSeconds;
  return costLine('Queue of ended executions: empty receives', receives, 'requests', prices.queues.request);
}

const pricePerCall = prices.events.scheduled + prices.functions.request;
const logGb = assumed.logBytesOfCall / bytesOfGb;

function gbSeconds(seconds: number): number {
  return (seconds * deployment.memoryMb.planning) / 1024;
}
