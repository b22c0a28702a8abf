import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';
import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import type { Ledger, RunRecord } from '../../src/ledger/ledger.js';
import { testPostgres } from '../support/postgres.js';
import { startHttpWire, type HttpWire } from './http-wire.js';
import { KillSwitch, type Moment } from './kill-switch.js';
import { startPostgresWire, type PostgresWire } from './postgres-wire.js';
import { endCommands, startCommand, type CommandEnd, type RunningCommand } from './running-command.js';
import { fillSource, rowCounts, type RowCounts } from './source-rows.js';
import { buildCommand } from '../support/built-command.js';
import type { Wire, WireListener, WireRequest } from './wire.js';

/**
 * The lease is short, so that a restart waits little for the dead one's, and long enough for a process that a busy
 * machine lets wait. Checkpoints come as often as can be, so that a run of seconds has many.
 */
const settings = {
  leaseMs: 3_000,
  requestTimeoutMs: 600,
  checkpointMs: 1,
  checkpointRequests: 1,
  checkpointAtMostMs: 50,
};

/** What the command needs and a test watches: a filled source, a ledger, wires to both, and the command itself. */
export interface KillRig {
  /** Everything of this test; removed with it. */
  readonly folder: string;
  readonly source: PostgresWire;
  readonly sourceUrl: string;
  readonly rows: RowCounts;
  readonly ledgerWire: HttpWire;
  readonly ledger: Ledger;
  /** `carryover copy` from the source. */
  start(to: string, options?: readonly string[]): RunningCommand;
  /** To be called in the order in which the things were made; they are undone in the reverse order. */
  readonly defer: (undo: () => Promise<unknown>) => void;
  stop(): Promise<void>;
}

/** A death: where it happened, and what was under way. */
export interface Kill {
  /** As the ledger says. */
  readonly step: string;
  readonly request: WireRequest;
  readonly moment: Moment;
  /** Requests without an answer and open transactions, all wires together. */
  readonly underWay: number;
}

/** A rig whose source has ten times so many thousands of rows. */
export async function openKillRig(thousands = 2): Promise<KillRig> {
  const rows = rowCounts(thousands);
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of undo.splice(0).reverse()) await each();
  };
  const keep = async <T>(thing: Promise<T>, how: (made: T) => () => Promise<unknown>): Promise<T> => {
    const made = await thing;
    undo.push(how(made));
    return made;
  };
  try {
    const folder = await keep(
      mkdtemp(join(tmpdir(), 'carryover-kill-')),
      (path) => () => rm(path, { recursive: true, force: true }),
    );
    const { main } = await keep(buildCommand(), ({ remove }) => remove);
    const { url: sourceUrl } = await keep(testPostgres(), (postgres) => () => postgres.stop());
    await fillSource(sourceUrl, rows);
    const source = await keep(startPostgresWire('source', sourceUrl), (wire) => () => wire.stop());
    const engine = await keep(startEmbeddedDynamodb({ path: join(folder, 'ledger') }), (made) => () => made.stop());
    const ledgerWire = await keep(startHttpWire('ledger', engine.endpoint), (wire) => () => wire.stop());
    const ledger = await keep(Promise.resolve(openLedger(engine.endpoint)), (made) => () => made.close());
    undo.push(endCommands);
    const config = join(folder, 'carryover.config.ts');
    await writeFile(config, `export default ${JSON.stringify({ stores: {}, settings })};\n`);
    const fixed = ['--from', source.url(), '--ledger', dynamodbUrl(ledgerWire.endpoint), '--config', config, '--json'];
    const start: KillRig['start'] = (to, options = []) =>
      startCommand(main, ['copy', '--to', to, ...fixed, ...options], folder);
    const defer: KillRig['defer'] = (each) => undo.push(each);
    return { folder, source, sourceUrl, rows, ledgerWire, ledger, start, defer, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function dynamodbUrl(endpoint: string): string {
  return `dynamodb://us-east-1/?endpoint=${encodeURIComponent(endpoint)}`;
}

function openLedger(endpoint: string): Ledger {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const table = 'carryover-ledger';
  const options = { region: 'us-east-1', endpoint, table, location: 'the ledger', requestTimeoutMs: 10_000 };
  return openDynamodbLedger({ ...options, credentials });
}

/** The newest run of a ledger; undefined before the first one. */
export async function newestRun(ledger: Ledger): Promise<RunRecord | undefined> {
  for await (const run of ledger.runs()) return run;
  return undefined;
}

export interface Watched {
  readonly wires: readonly Wire[];
  readonly ledger: Ledger;
  /** Sees all requests too. */
  readonly witness?: WireListener;
}

/** Lets a command run until a moment, and kills it there; `kill` is undefined when it ended before. */
export async function killAt(
  { wires, ledger, witness }: Watched,
  moment: Moment,
  start: () => RunningCommand,
): Promise<{ end: CommandEnd; kill: Kill | undefined }> {
  const before = await newestRun(ledger).catch(() => undefined);
  let fired: ((request: WireRequest) => void) | undefined;
  const request = new Promise<WireRequest>((resolve) => (fired = resolve));
  const trigger = new KillSwitch(moment, (sent) => fired?.(sent));
  listen(wires, [trigger, ...(witness === undefined ? [] : [witness])]);
  const { child, ended } = start();
  const killed = request.then(async (sent) => {
    await sleep(moment.delayMs);
    const underWay = wires.reduce((sum, wire) => sum + wire.underWay(), 0);
    return child.kill('SIGKILL') ? { sent, underWay } : undefined;
  });
  const end = await ended;
  const death = end.signal === 'SIGKILL' ? await killed : undefined;
  for (const wire of wires) await wire.settle();
  listen(wires, []);
  if (death === undefined) return { end, kill: undefined };
  const after = await newestRun(ledger).catch(() => undefined);
  const step = after === undefined || after.run === before?.run ? 'begin' : after.step;
  return { end, kill: { step, request: death.sent, moment, underWay: death.underWay } };
}

/** Makes these the listeners of the wires: the first that gives a request a fate decides. */
export function listen(wires: readonly Wire[], listeners: readonly WireListener[]): void {
  for (const wire of wires)
    wire.listener = {
      onRequest: (request) => listeners.map((each) => each.onRequest(request)).find((fate) => fate !== undefined),
      onDone: (request) => listeners.forEach((each) => each.onDone(request)),
    };
}
