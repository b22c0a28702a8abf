import { escapeIdentifier } from 'pg';
import type {
  ConstraintDefinition,
  ForeignKeyDefinition,
  IndexDefinition,
  TableDefinition,
  TablePart,
} from './table-definition.js';

/** One statement, and how to tell that it is done: the table has a constraint or an index of this name. */
export interface FinishStep {
  /** As SQL wants it. */
  readonly table: string;
  readonly kind: 'constraint' | 'index';
  readonly name: string;
  /** A table, as SQL wants it, without which the step is none. */
  readonly onlyWith: string | null;
  readonly sql: string;
}

/** Constraints and indexes of the table and its partitions, then their foreign keys, each after what it needs. */
export function finishSteps(table: string, definition: TableDefinition): FinishStep[] {
  const parts = partsOf(table, definition);
  return [
    ...parts.flatMap(([name, part]) => [
      ...part.constraints.map((constraint) => constraintStep(name, constraint)),
      ...part.indexes.map((index) => indexStep(name, index)),
    ]),
    ...parts.flatMap(([name, part]) => part.foreignKeys.flatMap((key) => foreignKeySteps(name, key))),
  ];
}

/** The table and all its partitions, by their names as SQL wants them. */
export function partsOf(
  name: string,
  definition: TablePart & Pick<TableDefinition, 'partitions'>,
): [string, TablePart][] {
  return [
    [escapeIdentifier(name), definition],
    ...definition.partitions.flatMap((partition) => partsOf(partition.name, partition)),
  ];
}

/**
 * The referenced columns may be unique by a constraint or an index that the other table gets only when it is finished
 * itself; tables may reference each other in circles, so no order helps: it is made here, as the other table would.
 */
function foreignKeySteps(table: string, { references, target, ...constraint }: ForeignKeyDefinition): FinishStep[] {
  const before =
    target === null
      ? []
      : [target.kind === 'index' ? indexStep(references, target) : constraintStep(references, target)];
  return [...before, { ...constraintStep(table, constraint), onlyWith: references }];
}

function constraintStep(table: string, { name, definition }: ConstraintDefinition): FinishStep {
  const sql = `ALTER TABLE ${table} ADD CONSTRAINT ${escapeIdentifier(name)} ${definition}`;
  return { table, kind: 'constraint', name, onlyWith: null, sql };
}

function indexStep(table: string, { name, unique, definition }: IndexDefinition): FinishStep {
  const sql = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${escapeIdentifier(name)} ON ${table} ${definition}`;
  return { table, kind: 'index', name, onlyWith: null, sql };
}
