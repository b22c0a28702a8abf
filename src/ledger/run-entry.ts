import { CorruptDataError } from '../errors.js';
import { AttributeReader, failure, json, number, text } from './attributes.js';
import type { Attributes, EntryKey } from './ledger-client.js';
import type { NewRun, RunChange, RunRecord } from './ledger.js';

export function runKey(id: string): EntryKey {
  return { partition: `run/${id}`, entry: 'run' };
}

/** The partition that lists all runs. One entry a run: it takes 1,000 new runs a second. */
export const runsPartition = 'runs';

/** In the order of time, which is the order of text for times of one form. */
export function runListEntry(run: Pick<NewRun, 'run' | 'startedAt'>): EntryKey {
  return { partition: runsPartition, entry: `${run.startedAt} ${run.run}` };
}

export function newRunAttributes(run: NewRun): Attributes {
  return {
    run: text(run.run),
    input: json(run.input),
    who: text(run.who),
    where: text(run.where),
    startedAt: text(run.startedAt),
    updatedAt: text(run.startedAt),
    status: text('running'),
    step: text('begin'),
  };
}

/** The attributes that a change sets. */
export function changeAttributes(change: RunChange): Attributes {
  const { input, status, step, attempt, token, exitCode, error, endedAt, generation, redrives } = change;
  return {
    ...(input === undefined ? {} : { input: json(input) }),
    ...(status === undefined ? {} : { status: text(status) }),
    ...(step === undefined ? {} : { step: text(step) }),
    ...(attempt === undefined ? {} : { attempt: text(attempt) }),
    ...(token === undefined ? {} : { token: number(token) }),
    ...(exitCode === undefined || exitCode === null ? {} : { exitCode: number(exitCode) }),
    ...(error === undefined || error === null ? {} : { error: { M: { ...failure(error).M, step: text(error.step) } } }),
    ...(endedAt === undefined || endedAt === null ? {} : { endedAt: text(endedAt) }),
    ...(generation === undefined ? {} : { generation: number(generation) }),
    ...(redrives === undefined ? {} : { redrives: number(redrives) }),
  };
}

/** The names of the attributes that a change removes. */
export function removedAttributes(change: RunChange): string[] {
  return Object.entries(change).flatMap(([name, value]) => (value === null && name !== 'input' ? [name] : []));
}

/** The record of a stored entry. Throws CorruptDataError when it does not parse. */
export function runRecord(attributes: Attributes): RunRecord {
  const reader = new AttributeReader(attributes);
  return {
    run: reader.text('run'),
    input: reader.json('input'),
    who: reader.text('who'),
    where: reader.text('where'),
    startedAt: reader.text('startedAt'),
    updatedAt: reader.maybeText('updatedAt') ?? reader.text('startedAt'),
    status: statusOf(reader),
    step: reader.text('step'),
    ...optionalParts(reader),
  };
}

function optionalParts(reader: AttributeReader): Partial<RunRecord> {
  const attempt = reader.maybeText('attempt');
  const token = reader.maybeNumber('token');
  const exitCode = reader.maybeNumber('exitCode');
  const error = reader.maybeMap('error');
  const endedAt = reader.maybeText('endedAt');
  const generation = reader.maybeNumber('generation');
  const redrives = reader.maybeNumber('redrives');
  return {
    ...(attempt === undefined ? {} : { attempt }),
    ...(token === undefined ? {} : { token }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(error === undefined
      ? {}
      : { error: { name: error.text('name'), message: error.text('message'), step: error.text('step') } }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(generation === undefined ? {} : { generation }),
    ...(redrives === undefined ? {} : { redrives }),
  };
}

function statusOf(reader: AttributeReader): RunRecord['status'] {
  const status = reader.text('status');
  if (status === 'running' || status === 'succeeded' || status === 'failed') return status;
  throw new CorruptDataError(`run ${reader.text('run')} of the ledger has the unknown status "${status}"`);
}
