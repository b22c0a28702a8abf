import { AttributeReader, failure, json, number, text } from './attributes.js';
import type { Attributes, EntryKey } from './ledger-client.js';
import type { UnitPlan, UnitRecord } from './ledger.js';

/**
 * Units of one partition. A partition of DynamoDB takes 1,000 writes of 1 KB a second. A hundred units that all work at
 * once, each saving 1 KB every two seconds in Migrate, write 50; in Validate, where each saves 24 KB a minute, 40; a
 * claim and a release a call add less. All units of an attempt in one partition would pass the limit at 2,000.
 */
export const unitsAPage = 100;

/** What units' entries begin with, and nothing else in their partition does. */
export const unitPrefix = 'unit ';

export function pagePartition(scope: string, page: number): string {
  return `${scope}/${page}`;
}

export function unitKey(scope: string, unit: number): EntryKey {
  return {
    partition: pagePartition(scope, Math.floor(unit / unitsAPage)),
    entry: unitPrefix + String(unit).padStart(6, '0'),
  };
}

/** A unit that is not started: what every entry has from the beginning. */
export function plannedAttributes(scope: string, plan: UnitPlan, updatedAt: string): Attributes {
  return {
    scope: text(scope),
    unit: number(plan.unit),
    table: text(plan.table),
    work: json(plan.work),
    sequence: number(0),
    token: number(0),
    items: number(0),
    sizeBytes: number(0),
    requests: number(0),
    readUnits: number(0),
    writeUnits: number(0),
    done: { BOOL: false },
    revision: number(0),
    updatedAt: text(updatedAt),
  };
}

/** What a checkpoint and a claim change: all but plan and digest. Attributes that are undefined are to be removed. */
export function changingAttributes(unit: UnitRecord): Record<string, Attributes[string] | undefined> {
  return {
    sequence: number(unit.sequence),
    token: number(unit.token),
    cursor: unit.cursor === undefined ? undefined : json(unit.cursor),
    items: number(unit.items),
    sizeBytes: number(unit.sizeBytes),
    requests: number(unit.usage.requests),
    readUnits: number(unit.usage.readUnits),
    writeUnits: number(unit.usage.writeUnits),
    done: { BOOL: unit.done },
    failure: unit.failure === undefined ? undefined : failure(unit.failure),
    owed:
      unit.owed === undefined
        ? undefined
        : { M: { readUnits: number(unit.owed.readUnits), writeUnits: number(unit.owed.writeUnits) } },
    revision: number(unit.revision),
    leaseOwner: unit.leaseOwner === undefined ? undefined : text(unit.leaseOwner),
    leaseUntil: unit.leaseUntil === undefined ? undefined : text(isoTime(unit.leaseUntil)),
    startedAt: unit.startedAt === undefined ? undefined : text(unit.startedAt),
    updatedAt: text(unit.updatedAt),
  };
}

/** All attributes of a record but the digest, which is up to 24 KB. */
export const unitAttributes: readonly string[] = [
  ...['scope', 'unit', 'table', 'work', 'sequence', 'token', 'cursor', 'items', 'sizeBytes'],
  ...[
    'requests',
    'readUnits',
    'writeUnits',
    'done',
    'failure',
    'owed',
    'revision',
    'leaseOwner',
    'leaseUntil',
    'startedAt',
    'updatedAt',
  ],
];

/** The record of a stored entry. Throws CorruptDataError when it does not parse. */
export function unitRecord(attributes: Attributes): UnitRecord {
  const reader = new AttributeReader(attributes);
  return {
    scope: reader.text('scope'),
    unit: reader.number('unit'),
    table: reader.text('table'),
    work: reader.json('work'),
    sequence: reader.number('sequence'),
    token: reader.number('token'),
    items: reader.number('items'),
    sizeBytes: reader.number('sizeBytes'),
    usage: {
      requests: reader.number('requests'),
      readUnits: reader.number('readUnits'),
      writeUnits: reader.number('writeUnits'),
    },
    done: reader.flag('done'),
    revision: reader.number('revision'),
    updatedAt: reader.text('updatedAt'),
    ...optionalParts(reader),
  };
}

function optionalParts(reader: AttributeReader): Partial<UnitRecord> {
  const cursor = reader.maybeJson('cursor');
  const digest = reader.maybeBytes('digest');
  const failed = reader.maybeMap('failure');
  const owed = reader.maybeMap('owed');
  const leaseOwner = reader.maybeText('leaseOwner');
  const leaseUntil = reader.maybeText('leaseUntil');
  const startedAt = reader.maybeText('startedAt');
  return {
    ...(cursor === undefined ? {} : { cursor }),
    ...(digest === undefined ? {} : { digest }),
    ...(failed === undefined ? {} : { failure: { name: failed.text('name'), message: failed.text('message') } }),
    ...(owed === undefined
      ? {}
      : { owed: { readUnits: owed.number('readUnits'), writeUnits: owed.number('writeUnits') } }),
    ...(leaseOwner === undefined ? {} : { leaseOwner }),
    ...(leaseUntil === undefined ? {} : { leaseUntil: Date.parse(leaseUntil) }),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

/** The last moment that a Date can hold. */
const endOfTime = 8.64e15;

/** Times are kept as people read them, to the millisecond. */
export function isoTime(epochMs: number): string {
  return new Date(Math.min(epochMs, endOfTime)).toISOString();
}
