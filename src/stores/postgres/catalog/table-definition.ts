import { z } from 'zod';

/**
 * A PostgreSQL table as JSON (`ddl` of PostgresMetadata): what is needed to make it again, in this schema or another
 * one. Names and expressions
 * are as PostgreSQL prints them with the table's schema as the only one in `search_path`: what lies in that schema has
 * no schema before its name. Absent is null, never undefined: a definition equals its copy through JSON.
 */
const sequenceSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  // 64-bit integers as decimal strings.
  start: z.string(),
  increment: z.string(),
  min: z.string(),
  max: z.string(),
  cache: z.string(),
  cycle: z.boolean(),
  last: z.string(),
  called: z.boolean(),
});

const columnSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  /** Null: the type's own. An identifier as SQL wants it: `"C"`. */
  collation: z.string().nullable(),
  notNull: z.boolean(),
  /** An expression; null for generated and identity columns. */
  default: z.string().nullable(),
  generated: z.strictObject({ kind: z.enum(['stored', 'virtual']), expression: z.string() }).nullable(),
  identity: z.strictObject({ always: z.boolean(), sequence: sequenceSchema }).nullable(),
  comment: z.string().nullable(),
});

/** A sequence that defaults use: `column` owns it (serial), or nobody does. */
const ownedSequenceSchema = sequenceSchema.extend({ column: z.string().nullable() });

/** `definition` is what follows `ADD CONSTRAINT name`. */
const constraintSchema = z.strictObject({ name: z.string(), definition: z.string() });

/** `definition` begins with `USING`. */
const indexSchema = z.strictObject({ name: z.string(), unique: z.boolean(), definition: z.string() });

const foreignKeySchema = constraintSchema.extend({
  /** The referenced table as SQL wants it, with its schema when that is another one. */
  references: z.string(),
  /** What makes the referenced columns unique, when that is not the primary key. */
  target: z
    .union([
      constraintSchema.extend({ kind: z.literal('constraint') }),
      indexSchema.extend({ kind: z.literal('index') }),
    ])
    .nullable(),
});

/** What a table and each of its partitions may have of its own. */
const partSchema = z.strictObject({
  /** What new data must meet and all data meets: made with the table. */
  checks: z.array(constraintSchema),
  /** Unique and exclusion constraints, and those that are NOT VALID: made after the data. */
  constraints: z.array(constraintSchema),
  indexes: z.array(indexSchema),
  foreignKeys: z.array(foreignKeySchema),
  /** `RANGE (a, b)`, where the table is partitioned. */
  partitionKey: z.string().nullable(),
});

const typeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('enum'), name: z.string(), labels: z.array(z.string()) }),
  z.strictObject({
    kind: z.literal('domain'),
    name: z.string(),
    type: z.string(),
    collation: z.string().nullable(),
    notNull: z.boolean(),
    default: z.string().nullable(),
    checks: z.array(constraintSchema),
  }),
  z.strictObject({
    kind: z.literal('range'),
    name: z.string(),
    subtype: z.string(),
    operatorClass: z.string().nullable(),
    collation: z.string().nullable(),
    difference: z.string().nullable(),
    multirange: z.string(),
  }),
  z.strictObject({
    kind: z.literal('composite'),
    name: z.string(),
    attributes: z.array(z.strictObject({ name: z.string(), type: z.string(), collation: z.string().nullable() })),
  }),
]);

export type PartitionDefinition = z.infer<typeof partSchema> & {
  readonly name: string;
  /** `FOR VALUES ...` or `DEFAULT`. */
  readonly bound: string;
  readonly partitions: PartitionDefinition[];
};

const partitionSchema: z.ZodType<PartitionDefinition> = z.lazy(() =>
  partSchema.extend({ name: z.string(), bound: z.string(), partitions: z.array(partitionSchema) }),
);

export const tableDefinitionSchema = partSchema.extend({
  columns: z.array(columnSchema),
  primaryKey: constraintSchema.extend({ columns: z.array(z.string()).min(1), deferrable: z.boolean() }),
  /** In the order in which they can be made. */
  types: z.array(typeSchema),
  sequences: z.array(ownedSequenceSchema),
  partitions: z.array(partitionSchema),
  comment: z.string().nullable(),
  /** What the table uses and Carryover does not carry: it must be in the target. */
  needs: z.strictObject({
    /** Where the extension's schema is not the table's, it must have the same name in the target. */
    extensions: z.array(z.strictObject({ name: z.string(), schema: z.string().nullable() })),
    types: z.array(z.string()),
    functions: z.array(z.string()),
    collations: z.array(z.string()),
    sequences: z.array(z.string()),
  }),
});

export type TableDefinition = z.infer<typeof tableDefinitionSchema>;
export type TablePart = z.infer<typeof partSchema>;
export type ColumnDefinition = z.infer<typeof columnSchema>;
export type ConstraintDefinition = z.infer<typeof constraintSchema>;
export type IndexDefinition = z.infer<typeof indexSchema>;
export type ForeignKeyDefinition = z.infer<typeof foreignKeySchema>;
export type SequenceDefinition = z.infer<typeof sequenceSchema>;
export type OwnedSequenceDefinition = z.infer<typeof ownedSequenceSchema>;
export type TypeDefinition = z.infer<typeof typeSchema>;
