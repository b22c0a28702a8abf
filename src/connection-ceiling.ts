/** What one call of a function holds at most on a PostgreSQL store that the project declares: two that read and two that write. */
export const connectionsOfACall = 4;

/** Units at a time that a ceiling has room for, beside one other call: an Abort, or a Begin that finds the lock held. */
export function unitsWithin(maxConnections: number): number {
  return Math.floor(maxConnections / connectionsOfACall) - 1;
}

/** The lowest ceiling that lets one unit be worked on. */
export const leastCeiling = connectionsOfACall * 2;
