import { escapeIdentifier, escapeLiteral } from 'pg';
import type { TypeDefinition } from './table-definition.js';

type Of<K extends TypeDefinition['kind']> = Extract<TypeDefinition, { kind: K }>;

/** The statements that make a type in the first schema of `search_path`. */
export function typeStatements(type: TypeDefinition): string[] {
  switch (type.kind) {
    case 'enum':
      return [`CREATE TYPE ${escapeIdentifier(type.name)} AS ENUM (${type.labels.map(escapeLiteral).join(', ')})`];
    case 'domain':
      return domainStatements(type);
    case 'range':
      return [rangeStatement(type)];
    case 'composite':
      return [compositeStatement(type)];
  }
}

function domainStatements({ name, type, collation, notNull, default: value, checks }: Of<'domain'>): string[] {
  const quoted = escapeIdentifier(name);
  const isLate = ({ definition }: { definition: string }) => definition.endsWith(' NOT VALID');
  const constraint = (check: { name: string; definition: string }) =>
    `CONSTRAINT ${escapeIdentifier(check.name)} ${check.definition}`;
  const parts = [
    `CREATE DOMAIN ${quoted} AS ${type}`,
    ...(collation === null ? [] : [`COLLATE ${collation}`]),
    ...(value === null ? [] : [`DEFAULT ${value}`]),
    ...(notNull ? ['NOT NULL'] : []),
    ...checks.filter((check) => !isLate(check)).map(constraint),
  ];
  return [parts.join(' '), ...checks.filter(isLate).map((check) => `ALTER DOMAIN ${quoted} ADD ${constraint(check)}`)];
}

function rangeStatement(type: Of<'range'>): string {
  const options = [
    `SUBTYPE = ${type.subtype}`,
    ...(type.operatorClass === null ? [] : [`SUBTYPE_OPCLASS = ${type.operatorClass}`]),
    ...(type.collation === null ? [] : [`COLLATION = ${type.collation}`]),
    ...(type.difference === null ? [] : [`SUBTYPE_DIFF = ${type.difference}`]),
    `MULTIRANGE_TYPE_NAME = ${escapeIdentifier(type.multirange)}`,
  ];
  return `CREATE TYPE ${escapeIdentifier(type.name)} AS RANGE (${options.join(', ')})`;
}

function compositeStatement({ name, attributes }: Of<'composite'>): string {
  const list = attributes.map(
    (attribute) =>
      `${escapeIdentifier(attribute.name)} ${attribute.type}` +
      (attribute.collation === null ? '' : ` COLLATE ${attribute.collation}`),
  );
  return `CREATE TYPE ${escapeIdentifier(name)} AS (${list.join(', ')})`;
}
