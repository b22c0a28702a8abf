import type { ClientBase } from 'pg';
import { rows } from './in-schema.js';
import type { TypeDefinition } from './table-definition.js';

export interface UsedTypes {
  /** The definitions of those that are carried, each after those that it is made of. */
  readonly types: TypeDefinition[];
  /** The oids of all types that the table uses, down to the last. */
  readonly oids: string[];
  /** Types that are neither carried nor PostgreSQL's nor an extension's, as SQL wants them. */
  readonly needed: string[];
}

interface Row {
  readonly oid: string;
  readonly name: string;
  readonly builtIn: boolean;
  readonly definition: TypeDefinition | null;
  readonly below: string[];
}

/** What a type is made of: an array's element, a domain's base, a range's subtype, the attributes of a composite. */
const belowQuery = `
  SELECT t.typelem AS oid WHERE t.typelem <> 0 AND t.typcategory = 'A'
  UNION SELECT t.typbasetype WHERE t.typtype = 'd'
  UNION SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid
  UNION SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = t.oid
  UNION SELECT a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE t.typtype = 'c' AND c.oid = t.typrelid AND c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped`;

const definitions = `
  CASE t.typtype
  WHEN 'e' THEN json_build_object('kind', 'enum', 'name', t.typname, 'labels',
    (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
  WHEN 'd' THEN json_build_object('kind', 'domain', 'name', t.typname, 'type', format_type(t.typbasetype, t.typtypmod),
    'collation', (SELECT t.typcollation::regcollation::text FROM pg_type b
      WHERE b.oid = t.typbasetype AND b.typcollation <> t.typcollation),
    'notNull', t.typnotnull, 'default', pg_get_expr(t.typdefaultbin, 0),
    'checks', (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid))
      ORDER BY k.conname COLLATE "C"), '[]') FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))
  WHEN 'r' THEN (SELECT json_build_object('kind', 'range', 'name', t.typname, 'subtype', format_type(r.rngsubtype, NULL),
    'operatorClass', (SELECT quote_ident(n.nspname) || '.' || quote_ident(o.opcname) FROM pg_opclass o
      JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
    'collation', (SELECT r.rngcollation::regcollation::text FROM pg_type b
      WHERE b.oid = r.rngsubtype AND b.typcollation <> r.rngcollation),
    'difference', CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc::text END,
    'multirange', (SELECT m.typname FROM pg_type m WHERE m.oid = r.rngmultitypid))
    FROM pg_range r WHERE r.rngtypid = t.oid AND r.rngcanonical = 0)
  WHEN 'c' THEN (SELECT json_build_object('kind', 'composite', 'name', t.typname, 'attributes',
    coalesce((SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
      'collation', CASE WHEN a.attcollation <> at.typcollation THEN a.attcollation::regcollation::text END)
      ORDER BY a.attnum) FROM pg_attribute a JOIN pg_type at ON at.oid = a.atttypid
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]'))
    FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')
  END`;

/** Types of the schema are carried; what PostgreSQL or an extension brings is not, nor what makes itself (arrays). */
const typesQuery = `
  WITH RECURSIVE used(oid) AS (
    SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION SELECT below.oid FROM used JOIN pg_type t ON t.oid = used.oid CROSS JOIN LATERAL (${belowQuery}) below
  )
  SELECT t.oid::text, format_type(t.oid, NULL) AS name,
    n.nspname IN ('pg_catalog', 'information_schema') OR member.is OR t.typcategory = 'A' OR t.typtype = 'm' AS "builtIn",
    CASE WHEN n.nspname = $2 AND NOT member.is THEN ${definitions} END AS definition,
    (SELECT coalesce(json_agg(oid::text ORDER BY oid), '[]') FROM (${belowQuery}) b) AS below
  FROM used JOIN pg_type t ON t.oid = used.oid JOIN pg_namespace n ON n.oid = t.typnamespace
  CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass
    AND e.objid = t.oid AND e.deptype = 'e') AS is) member
  ORDER BY t.typname COLLATE "C"`;

export async function readTypes(client: ClientBase, schema: string, oid: string): Promise<UsedTypes> {
  const found = await rows<Row>(client, typesQuery, [oid, schema]);
  const byOid = new Map(found.map((row) => [row.oid, row]));
  const ordered = new Set<Row>();
  const visit = (row: Row | undefined) => {
    if (row === undefined || ordered.has(row)) return;
    for (const below of row.below) visit(byOid.get(below));
    ordered.add(row);
  };
  found.forEach(visit);
  return {
    types: [...ordered].flatMap(({ definition }) => definition ?? []),
    oids: found.map((row) => row.oid),
    needed: found.filter(({ builtIn, definition }) => !builtIn && definition === null).map(({ name }) => name),
  };
}

/** The definition of one type of the schema, or undefined where there is none of this name. */
export async function readType(client: ClientBase, schema: string, name: string): Promise<TypeDefinition | undefined> {
  const [found] = await rows<{ definition: TypeDefinition | null }>(
    client,
    `SELECT ${definitions} AS definition FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE n.nspname = $1 AND t.typname = $2`,
    [schema, name],
  );
  return found?.definition ?? undefined;
}
