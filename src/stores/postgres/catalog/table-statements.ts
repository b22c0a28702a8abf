import { escapeIdentifier, escapeLiteral } from 'pg';
import type {
  ColumnDefinition,
  ConstraintDefinition,
  OwnedSequenceDefinition,
  PartitionDefinition,
  SequenceDefinition,
  TableDefinition,
} from './table-definition.js';

/** The statements that make the table, and all that must be there before data, in the first schema of `search_path`. */
export function tableStatements(table: string, definition: TableDefinition): string[] {
  const quoted = escapeIdentifier(table);
  const inside = [
    ...definition.columns.map(columnClause),
    primaryKeyClause(definition.primaryKey),
    ...definition.checks.map(constraintClause),
  ];
  return [
    `CREATE TABLE ${quoted} (${inside.join(', ')})${partitionClause(definition.partitionKey)}`,
    ...definition.partitions.flatMap((partition) => partitionStatements(table, partition)),
    ...definition.sequences.flatMap(({ name, column }) =>
      column === null
        ? []
        : [`ALTER SEQUENCE ${escapeIdentifier(name)} OWNED BY ${quoted}.${escapeIdentifier(column)}`],
    ),
    ...comments(quoted, definition),
  ];
}

export function sequenceStatement(sequence: OwnedSequenceDefinition): string {
  return `CREATE SEQUENCE ${escapeIdentifier(sequence.name)} AS ${sequence.type} ${sequenceOptions(sequence)}`;
}

/** Without its name where it is empty: PostgreSQL chooses one. Never deferrable: no upsert works upon such a key. */
function primaryKeyClause({ name, definition, columns }: TableDefinition['primaryKey']): string {
  if (name === '') return `PRIMARY KEY (${columns.map(escapeIdentifier).join(', ')})`;
  return constraintClause({ name, definition: definition.replace(/ DEFERRABLE( INITIALLY DEFERRED)?$/, '') });
}

function columnClause(column: ColumnDefinition): string {
  const parts = [
    escapeIdentifier(column.name),
    column.type,
    ...(column.collation === null ? [] : [`COLLATE ${column.collation}`]),
    ...(column.default === null ? [] : [`DEFAULT ${column.default}`]),
    ...(column.generated === null
      ? []
      : [`GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.kind.toUpperCase()}`]),
    ...(column.identity === null ? [] : [identityClause(column.identity)]),
    ...(column.notNull ? ['NOT NULL'] : []),
  ];
  return parts.join(' ');
}

function identityClause({ always, sequence }: NonNullable<ColumnDefinition['identity']>): string {
  const name = `SEQUENCE NAME ${escapeIdentifier(sequence.name)}`;
  return `GENERATED ${always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY (${name} ${sequenceOptions(sequence)})`;
}

function sequenceOptions({ start, increment, min, max, cache, cycle }: SequenceDefinition): string {
  const range = `MINVALUE ${min} MAXVALUE ${max} START WITH ${start}`;
  return `INCREMENT BY ${increment} ${range} CACHE ${cache}${cycle ? ' CYCLE' : ' NO CYCLE'}`;
}

function constraintClause({ name, definition }: ConstraintDefinition): string {
  return `CONSTRAINT ${escapeIdentifier(name)} ${definition}`;
}

function partitionStatements(parent: string, partition: PartitionDefinition): string[] {
  const checks = partition.checks.length === 0 ? '' : ` (${partition.checks.map(constraintClause).join(', ')})`;
  const head = `CREATE TABLE ${escapeIdentifier(partition.name)} PARTITION OF ${escapeIdentifier(parent)}${checks}`;
  return [
    `${head} ${partition.bound}${partitionClause(partition.partitionKey)}`,
    ...partition.partitions.flatMap((below) => partitionStatements(partition.name, below)),
  ];
}

function partitionClause(key: string | null): string {
  return key === null ? '' : ` PARTITION BY ${key}`;
}

function comments(quoted: string, { columns, comment }: TableDefinition): string[] {
  return [
    ...(comment === null ? [] : [`COMMENT ON TABLE ${quoted} IS ${escapeLiteral(comment)}`]),
    ...columns.flatMap((column) =>
      column.comment === null
        ? []
        : [`COMMENT ON COLUMN ${quoted}.${escapeIdentifier(column.name)} IS ${escapeLiteral(column.comment)}`],
    ),
  ];
}
