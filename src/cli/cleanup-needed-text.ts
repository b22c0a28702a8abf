import type { CleanupNeeded } from '../engine/events/cleanup-needed.js';

/** How many tables are shown. */
const mostShown = 20;

/** What is left over, and what finishes it, for people. */
export function cleanupNeededText({ left, leftCount, unknown, command }: CleanupNeeded): string {
  const tables = left.slice(0, mostShown).map(({ store, table, notBefore }) => {
    return `  table ${table} of ${store}${notBefore === undefined ? '' : `, not before ${notBefore}`}`;
  });
  return [
    `cleanup needed: ${leftCount === 0 ? 'the version is written, its clean-up has not come to its end' : 'this is left over'}`,
    ...tables,
    ...(leftCount > tables.length ? [`  and ${leftCount - tables.length} more`] : []),
    ...(unknown === undefined ? [] : [`  perhaps more: ${unknown}`]),
    `Mend what it failed with, then "${command}" finishes it.`,
  ].join('\n');
}
