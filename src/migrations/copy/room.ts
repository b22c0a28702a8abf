import pMap from 'p-map';
import type { CopyContext } from './copy-context.js';
import { maxUnits, mostByDefault, mostSegments, segmentCount } from './segment-count.js';
import type { SelectedTable } from './select-tables.js';

/** How many units there are for the tables of a copy. */
export interface Room {
  /** The most segments of a table. */
  readonly most: number;
  /** How many tables need one at least. */
  readonly tables: number;
}

/** How many tables are described at a time. */
const concurrency = 8;

/** The room of these tables. They are described only where so many may have more units than there are. */
export async function roomOf({ source, settings }: CopyContext, selected: readonly SelectedTable[]): Promise<Room> {
  const carried = selected.filter(({ mode }) => mode === 'carry');
  const tables = carried.length;
  if (tables * (settings.segments ?? mostByDefault) <= maxUnits) return { most: maxUnits, tables };
  const wanted = async ({ table }: SelectedTable) => segmentCount(await source.describe(table), settings);
  return { most: mostSegments(await pMap(carried, wanted, { concurrency }), maxUnits), tables };
}

/**
 * How many of the `wanted` segments a table gets while so many units are `left`. Tables grow while others are prepared, and some
 * may have been planned by an earlier run: each of the others is sure of one.
 */
export function within({ most, tables }: Room, left: number, wanted: number): number {
  return Math.min(wanted, most, Math.max(left - tables + 1, 1));
}
