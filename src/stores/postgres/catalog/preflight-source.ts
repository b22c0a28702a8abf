import { escapeIdentifier } from 'pg';
import type { ClientBase } from 'pg';
import type { TableDescription } from '../../store.js';
import { carriedDefinition } from './definition-of.js';
import { findTable } from './find-table.js';
import { rows } from './in-schema.js';
import type { Finding } from './preflight.js';
import { postgresMetadataSchema } from '../metadata.js';

interface CatalogRow {
  readonly kind: keyof typeof sentences;
  readonly name: string;
}

type Sentence = readonly [Finding['severity'], (name: string) => string];

/** What each kind of catalog entry means for the copy. */
const sentences = {
  children: ['fault', (name) => `table ${name} inherits from it, whose rows would be read twice: exclude one of them`],
  foreignPart: [
    'fault',
    (name) => `its partition ${name} is a foreign table, which cannot be made elsewhere: detach it`,
  ],
  hidden: ['fault', () => 'row security hides rows from this user: use its owner or a role with BYPASSRLS'],
  unreadable: ['fault', () => 'this user may not read it: GRANT SELECT'],
  unreadableSequence: ['fault', (name) => `this user may not read its sequence ${name}: GRANT SELECT`],
  temporal: ['fault', () => 'its primary key is WITHOUT OVERLAPS, by which no row can be put: exclude it'],
  parent: ['warning', (name) => `it inherits from ${name}: the target is a table of its own`],
  view: ['warning', (name) => `view ${name} is not carried`],
  trigger: ['warning', (name) => `trigger ${name} is not carried`],
  rule: ['warning', (name) => `rule ${name} is not carried`],
  policy: ['warning', (name) => `policy ${name} is not carried`],
  statistics: ['warning', (name) => `statistics ${name} are not carried`],
  invalidIndex: ['warning', (name) => `index ${name} is not valid and not carried`],
  unlogged: ['warning', () => 'it is unlogged: the target is an ordinary table'],
  deferrable: ['warning', () => 'its primary key is deferrable: the target’s is not'],
  replica: ['warning', () => 'its replica identity is not carried'],
  partDefault: ['warning', (name) => `the own defaults of its partition ${name} are not carried`],
  largeObject: ['warning', (name) => `column ${name} may name large objects: their numbers are carried, they are not`],
} as const satisfies Record<string, Sentence>;

const catalogQuery = `
  WITH self AS (SELECT c.*, $1::oid AS id FROM pg_class c WHERE c.oid = $1::oid),
  parts AS (SELECT relid::oid AS id FROM pg_partition_tree($1::oid::regclass) UNION SELECT $1::oid)
  SELECT 'children' AS kind, i.inhrelid::regclass::text AS name
    FROM pg_inherits i JOIN self ON i.inhparent = id AND self.relkind = 'r'
  UNION ALL SELECT 'foreignPart', c.oid::regclass::text FROM parts JOIN pg_class c ON c.oid = id AND c.relkind = 'f'
  UNION ALL SELECT 'hidden', '' FROM self WHERE row_security_active(id)
  UNION ALL SELECT 'unreadable', '' FROM self WHERE NOT has_table_privilege(id, 'SELECT')
  UNION ALL SELECT 'unreadableSequence', s.seqrelid::regclass::text FROM pg_sequence s
    WHERE NOT has_sequence_privilege(s.seqrelid, 'SELECT') AND EXISTS (SELECT FROM pg_depend d
      LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
      WHERE (d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.refobjid = $1::oid AND d.deptype IN ('a', 'i'))
        OR (f.adrelid = $1::oid AND d.refobjid = s.seqrelid))
  UNION ALL SELECT 'temporal', '' FROM pg_constraint
    WHERE conrelid = $1::oid AND contype = 'p' AND pg_get_constraintdef(oid) LIKE '%WITHOUT OVERLAPS%'
  UNION ALL SELECT 'parent', i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = $1::oid
  UNION ALL SELECT DISTINCT 'view', r.ev_class::regclass::text FROM pg_depend d
    JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid JOIN parts ON d.refobjid = parts.id
    WHERE d.refclassid = 'pg_class'::regclass AND r.ev_class <> parts.id
  UNION ALL SELECT DISTINCT 'trigger', quote_ident(t.tgname) FROM pg_trigger t JOIN parts ON t.tgrelid = id
    WHERE NOT t.tgisinternal AND t.tgparentid = 0
  UNION ALL SELECT 'rule', quote_ident(r.rulename) FROM pg_rewrite r JOIN parts ON r.ev_class = id
  UNION ALL SELECT 'policy', quote_ident(p.polname) FROM pg_policy p JOIN parts ON p.polrelid = id
  UNION ALL SELECT 'statistics', quote_ident(s.stxname) FROM pg_statistic_ext s JOIN parts ON s.stxrelid = id
  UNION ALL SELECT 'invalidIndex', i.indexrelid::regclass::text FROM pg_index i JOIN parts ON i.indrelid = id
    WHERE NOT i.indisvalid
  UNION ALL SELECT 'unlogged', '' FROM self WHERE relpersistence = 'u'
  UNION ALL SELECT 'deferrable', '' FROM pg_constraint WHERE conrelid = $1::oid AND contype = 'p' AND condeferrable
  UNION ALL SELECT 'replica', '' FROM self WHERE relreplident <> 'd'
  UNION ALL SELECT DISTINCT 'partDefault', id::regclass::text FROM parts
    JOIN pg_attribute a ON a.attrelid = id AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    JOIN pg_attribute up ON up.attrelid = $1::oid AND up.attname = a.attname
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_attrdef ud ON ud.adrelid = up.attrelid AND ud.adnum = up.attnum
    WHERE pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM pg_get_expr(ud.adbin, ud.adrelid)
  UNION ALL SELECT 'largeObject', quote_ident(a.attname) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = $1::oid AND a.attnum > 0 AND (t.oid = 'oid'::regtype OR t.typname = 'lo')`;

/** What keeps a table from being carried out of this schema, and what is not carried with it. */
export async function sourceFindings(
  client: ClientBase,
  schema: string,
  description: TableDescription,
): Promise<Finding[]> {
  const { oid } = await findTable(client, schema, description.name);
  const found = await rows<CatalogRow>(client, catalogQuery, [oid]);
  const unreadable = found.some(({ kind }) => kind === 'unreadable');
  return [
    ...found.map(({ kind, name }) => {
      const [severity, sentence] = sentences[kind];
      return { severity, message: sentence(name) };
    }),
    ...(description.origin.engine === 'postgres' && !unreadable ? await keyFindings(client, description) : []),
  ];
}

/** Keys that are no number although their type is one: engines whose keys are typed refuse them. */
async function keyFindings(client: ClientBase, description: TableDescription): Promise<Finding[]> {
  const { columns, key } = postgresMetadataSchema.parse(description.origin.metadata);
  const { primaryKey } = carriedDefinition(description);
  const table = escapeIdentifier(description.name);
  const findings: Finding[] = [];
  for (const { name, base, array } of columns) {
    if (array || !key.includes(name) || !['numeric', 'float4', 'float8'].includes(base)) continue;
    const column = escapeIdentifier(name);
    // Only the leading column has an index to look into; the others are told by their type.
    const leads = primaryKey.columns[0] === name;
    const odd = leads
      ? await rows(client, `SELECT FROM ${table} WHERE ${column} IN ('NaN', 'Infinity', '-Infinity') LIMIT 1`)
      : [];
    const message = `key column ${column} has NaN or infinity in it, or may have, which other engines refuse in a key`;
    if (!leads || odd.length > 0) findings.push({ severity: 'warning', message });
  }
  return findings;
}
