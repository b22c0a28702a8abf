import { createHash } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import type { Json } from '../../../json.js';
import type { TableDescription } from '../../store.js';
import { carriedDefinition } from './definition-of.js';
import type {
  ColumnDefinition,
  ForeignKeyDefinition,
  PartitionDefinition,
  TableDefinition,
  TablePart,
} from './table-definition.js';

/** PostgreSQL cuts longer identifiers without an error: two of them could become one. */
const identifierBytes = 63;

/**
 * The description of a table that is to lie in one schema with the table `original` that it is of. Relations share one
 * name space: indexes, the constraints that have one, sequences of its own and partitions get names of their own. A
 * description that another engine gave has no such names.
 */
export function besideTable(description: TableDescription, original: string): TableDescription {
  if (description.origin.engine !== 'postgres' || description.name === original) return description;
  const metadata = description.origin.metadata as { readonly [name: string]: Json };
  const ddl = renamedDefinition(carriedDefinition(description), original, description.name);
  return { ...description, origin: { engine: 'postgres', metadata: { ...metadata, ddl: ddl as unknown as Json } } };
}

type Rename = (name: string) => string;

function renamedDefinition(definition: TableDefinition, original: string, name: string): TableDefinition {
  const rename: Rename = (old) => besideName(old, original, name);
  const references = { from: new Set([original, escapeIdentifier(original)]), to: printed(name) };
  const own = definition.sequences.filter(({ column }) => column !== null).map((sequence) => sequence.name);
  const { primaryKey } = definition;
  return {
    ...definition,
    ...renamedPart(definition, rename, references),
    columns: definition.columns.map((column) => renamedColumn(column, own, rename)),
    primaryKey: { ...primaryKey, name: primaryKey.name === '' ? '' : rename(primaryKey.name) },
    sequences: definition.sequences.map((sequence) =>
      sequence.column === null ? sequence : { ...sequence, name: rename(sequence.name) },
    ),
    partitions: definition.partitions.map((partition) => renamedPartition(partition, rename, references)),
  };
}

interface References {
  readonly from: ReadonlySet<string>;
  readonly to: string;
}

/** Checks and foreign keys have names that only their table must not have twice. */
function renamedPart<Part extends TablePart>(part: Part, rename: Rename, references: References): Part {
  return {
    ...part,
    constraints: part.constraints.map((constraint) => ({ ...constraint, name: rename(constraint.name) })),
    indexes: part.indexes.map((index) => ({ ...index, name: rename(index.name) })),
    foreignKeys: part.foreignKeys.map((key) => renamedForeignKey(key, rename, references)),
  };
}

/** A key that references the table itself references the new one. */
function renamedForeignKey(key: ForeignKeyDefinition, rename: Rename, { from, to }: References): ForeignKeyDefinition {
  if (!from.has(key.references)) return key;
  const definition = key.definition.replace(`REFERENCES ${key.references}(`, () => `REFERENCES ${to}(`);
  const target = key.target === null ? null : { ...key.target, name: rename(key.target.name) };
  return { ...key, references: to, definition, target };
}

function renamedColumn(column: ColumnDefinition, own: readonly string[], rename: Rename): ColumnDefinition {
  const { identity } = column;
  return {
    ...column,
    default: own.reduce((expression: string | null, sequence) => {
      const [from, to] = [sequence, rename(sequence)].map(
        (name) => `'${printed(name).replaceAll("'", "''")}'::regclass`,
      );
      return expression?.replaceAll(String(from), () => String(to)) ?? null;
    }, column.default),
    identity:
      identity === null
        ? null
        : { ...identity, sequence: { ...identity.sequence, name: rename(identity.sequence.name) } },
  };
}

function renamedPartition(partition: PartitionDefinition, rename: Rename, references: References): PartitionDefinition {
  return {
    ...renamedPart(partition, rename, references),
    name: rename(partition.name),
    partitions: partition.partitions.map((below) => renamedPartition(below, rename, references)),
  };
}

/** `orders_pkey` of `orders` is `orders_v2_pkey` of `orders_v2`; `by_customer` is `orders_v2_by_customer`. */
function besideName(old: string, original: string, name: string): string {
  const whole = old.startsWith(original) ? name + old.slice(original.length) : `${name}_${old}`;
  if (Buffer.byteLength(whole) <= identifierBytes) return whole;
  const mark = `_${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`;
  let kept = whole;
  while (Buffer.byteLength(kept + mark) > identifierBytes) kept = [...kept].slice(0, -1).join('');
  return kept + mark;
}

/** As PostgreSQL prints it, but for words that it keeps for itself. */
function printed(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : escapeIdentifier(name);
}
