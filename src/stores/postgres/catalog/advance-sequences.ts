import { escapeIdentifier } from 'pg';
import type { ClientBase } from 'pg';
import { rows } from './in-schema.js';
import { sequencePosition } from './read-sequences.js';
import type { OwnedSequenceDefinition, TableDefinition } from './table-definition.js';

interface Position {
  readonly last: string;
  readonly called: boolean;
}

/**
 * Moves each sequence of the table to where the source's stood, beyond the values in the data, and never back: a
 * service may use the target already when this is done a second time.
 */
export async function advanceSequences(
  client: ClientBase,
  schema: string,
  table: string,
  definition: TableDefinition,
): Promise<void> {
  const identities = definition.columns.flatMap(({ name, identity }) =>
    identity === null ? [] : [{ ...identity.sequence, column: name }],
  );
  for (const sequence of [...definition.sequences, ...identities]) {
    const current = await sequencePosition(client, schema, sequence.name);
    const known = current === undefined ? [] : [current];
    const furthest = furthestPosition(sequence, [sequence, ...(await dataPosition(client, table, sequence)), ...known]);
    await client.query('SELECT setval($1::regclass, $2::int8, $3)', [
      `${escapeIdentifier(schema)}.${escapeIdentifier(sequence.name)}`,
      furthest.last,
      furthest.called,
    ]);
  }
}

/** The position whose next value lies furthest in the sequence's direction; ties go to the first. */
export function furthestPosition(
  { increment }: Pick<OwnedSequenceDefinition, 'increment'>,
  positions: readonly [Position, ...Position[]],
): Position {
  const step = BigInt(increment);
  const next = ({ last, called }: Position) => (called ? BigInt(last) + step : BigInt(last));
  return positions.reduce((furthest, position) => {
    const ahead = next(position) - next(furthest);
    return (step > 0n ? ahead > 0n : ahead < 0n) ? position : furthest;
  });
}

/** The furthest value in the column that owns the sequence, when that is a number within the sequence's bounds. */
async function dataPosition(
  client: ClientBase,
  table: string,
  { column, increment, min, max }: OwnedSequenceDefinition,
): Promise<Position[]> {
  if (column === null) return [];
  const name = escapeIdentifier(column);
  const [kind] = await rows<{ whole: boolean }>(
    client,
    `SELECT format_type(atttypid, NULL) IN ('smallint', 'integer', 'bigint') AS whole
     FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2`,
    [escapeIdentifier(table), column],
  );
  if (kind?.whole !== true) return [];
  const furthest = BigInt(increment) > 0n ? 'max' : 'min';
  const found = await rows<{ last: string | null }>(
    client,
    `SELECT ${furthest}(${name})::text AS last FROM ${escapeIdentifier(table)} WHERE ${name} BETWEEN ${min} AND ${max}`,
  );
  return found.flatMap(({ last }) => (last === null ? [] : [{ last, called: true }]));
}
