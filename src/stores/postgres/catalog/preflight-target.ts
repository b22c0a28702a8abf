import type { ClientBase } from 'pg';
import type { TableDescription } from '../../store.js';
import { targetDefinition } from './definition-of.js';
import { reservedTable } from './find-table.js';
import { partsOf } from './finish-steps.js';
import { rows } from './in-schema.js';
import type { Finding } from './preflight.js';
import { readType } from './read-types.js';
import type { TableDefinition } from './table-definition.js';
import { comparable, enterTargetSchema } from './target-schema.js';

/** What keeps a table from being made in this schema, and what is left out there. */
export async function targetFindings(
  client: ClientBase,
  schema: string,
  description: TableDescription,
): Promise<Finding[]> {
  const definition = await targetDefinition(client, description);
  const extensionSchemas = await enterTargetSchema(client, schema, definition);
  return [
    ...nameFindings(description, definition),
    ...(await rightFindings(client, schema)),
    ...(await needFindings(client, definition)),
    ...(await typeFindings(client, schema, definition, extensionSchemas)),
    ...(await takenFindings(client, schema, description.name, definition)),
    ...(await foreignKeyFindings(client, description.name, definition)),
  ];
}

/** PostgreSQL cuts longer identifiers without an error: two of them could become one. */
const identifierBytes = 63;

function nameFindings({ name }: TableDescription, definition: TableDefinition): Finding[] {
  const isLong = (text: string) => Buffer.byteLength(text) > identifierBytes;
  const tooLong = (what: string) => fault(`${what} is longer than the ${identifierBytes} bytes that PostgreSQL allows`);
  const hasNul = [name, ...definition.columns.map((column) => column.name)].some((text) => text.includes('\0'));
  return [
    ...(name === reservedTable ? [fault(`the name is reserved for Carryover's own table`)] : []),
    ...(isLong(name) ? [tooLong('its name')] : []),
    ...definition.columns
      .filter((column) => isLong(column.name))
      .map(({ name: column }) => tooLong(`column "${column}"`)),
    ...(hasNul ? [fault('a name has the character U+0000, which PostgreSQL does not allow')] : []),
    ...(definition.columns.length > 1600 ? [fault('PostgreSQL allows 1600 columns at most')] : []),
  ];
}

async function rightFindings(client: ClientBase, schema: string): Promise<Finding[]> {
  const [found] = await rows<{ schemaIsThere: boolean; may: boolean }>(
    client,
    `SELECT n.oid IS NOT NULL AS "schemaIsThere", CASE WHEN n.oid IS NULL
       THEN has_database_privilege(current_database(), 'CREATE')
       ELSE has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE') END AS may
     FROM (SELECT) one LEFT JOIN pg_namespace n ON n.nspname = $1`,
    [schema],
  );
  if (found?.may === true) return [];
  const missing = found?.schemaIsThere === true ? `GRANT USAGE, CREATE ON SCHEMA` : 'it is not there and must be made';
  return [fault(`this user may not make tables in schema "${schema}": ${missing}`)];
}

async function needFindings(client: ClientBase, { needs, columns }: TableDefinition): Promise<Finding[]> {
  const missing = await rows<{ kind: string; name: string }>(
    client,
    `SELECT 'extension' AS kind, name || coalesce(' in schema ' || quote_ident(schema), '') AS name
       FROM json_to_recordset($1->'extensions') AS x(name text, schema text)
       WHERE NOT EXISTS (SELECT FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
         WHERE e.extname = x.name AND n.nspname = coalesce(x.schema, n.nspname))
     UNION ALL SELECT 'type', name FROM json_array_elements_text($1->'types') AS name WHERE to_regtype(name) IS NULL
     UNION ALL SELECT 'function', name FROM json_array_elements_text($1->'functions') AS name
       WHERE to_regprocedure(name) IS NULL
     UNION ALL SELECT 'collation', name FROM json_array_elements_text($1->'collations') AS name
       WHERE to_regcollation(name) IS NULL
     UNION ALL SELECT 'sequence', name FROM json_array_elements_text($1->'sequences') AS name
       WHERE to_regclass(name) IS NULL`.replaceAll('$1', '$1::json'),
    [JSON.stringify(needs)],
  );
  const [version] = await rows<{ number: number }>(
    client,
    "SELECT current_setting('server_version_num')::int AS number",
  );
  const virtual = columns.filter(({ generated }) => generated?.kind === 'virtual');
  return [
    ...missing.map(({ kind, name }) => fault(`it needs the ${kind} ${name}, which is not there: make it first`)),
    ...((version?.number ?? 0) >= 180_000
      ? []
      : virtual.map(({ name }) => fault(`column "${name}" is generated and virtual, which PostgreSQL 18 brought`))),
  ];
}

async function typeFindings(
  client: ClientBase,
  schema: string,
  { types }: TableDefinition,
  extensionSchemas: readonly string[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const type of types) {
    const existing = await readType(client, schema, type.name);
    if (existing === undefined || comparable(existing, extensionSchemas) === comparable(type, extensionSchemas))
      continue;
    findings.push(fault(`schema "${schema}" has another type "${type.name}": rename or drop it`));
  }
  return findings;
}

/** Relations share one name space: a view or an index of this name is in the way, for the table and its partitions. */
async function takenFindings(
  client: ClientBase,
  schema: string,
  table: string,
  definition: TableDefinition,
): Promise<Finding[]> {
  const names = [table, ...definition.partitions.flatMap(partitionNames)];
  const taken = await rows<{ name: string; kind: string }>(
    client,
    `SELECT c.relname AS name, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
         WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table'
         WHEN 'c' THEN 'type' ELSE 'table' END AS kind
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = ANY ($2)
       AND NOT (c.relname = $3 AND c.relkind IN ('r', 'p') AND NOT c.relispartition)
       AND NOT EXISTS (SELECT FROM pg_partition_tree(to_regclass($4)) p WHERE p.relid = c.oid)
     ORDER BY 1`,
    [schema, names, table, `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(table)}`],
  );
  return taken.map(({ name, kind }) =>
    fault(`a ${kind} "${name}" of schema "${schema}" is in the way: rename or drop it`),
  );
}

function partitionNames({ name, partitions }: TableDefinition['partitions'][number]): string[] {
  return [name, ...partitions.flatMap(partitionNames)];
}

async function foreignKeyFindings(client: ClientBase, table: string, definition: TableDefinition): Promise<Finding[]> {
  const keys = partsOf(table, definition).flatMap(([, part]) => part.foreignKeys);
  const absent = await rows<{ name: string; references: string }>(
    client,
    `SELECT k.name, k.references FROM json_to_recordset($1::json) AS k(name text, "references" text)
     WHERE to_regclass(k.references) IS NULL AND k.references <> quote_ident($2)`,
    [JSON.stringify(keys), table],
  );
  return absent.map(({ name, references }) =>
    warning(`foreign key "${name}" is left out unless table ${references}, which is not in the target, is carried too`),
  );
}

function fault(message: string): Finding {
  return { severity: 'fault', message };
}

function warning(message: string): Finding {
  return { severity: 'warning', message };
}
