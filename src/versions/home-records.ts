import { z } from 'zod';
import { DatabaseMovedError } from '../errors.js';

/** What the state entry of an old home says for ever: see docs/decisions/0009-the-old-home-decides.md. */
export const movedSchema = z.strictObject({
  /** The declared store that the database moved to, and where that was. */
  store: z.string(),
  location: z.string(),
  /** The version whose migration moved it. */
  version: z.int().nonnegative(),
  at: z.iso.datetime(),
  /** The attempt that moved it: the entry of the new home names it too. */
  id: z.string(),
  /** Whether the new home has its state entry. Until then whoever comes by makes it. */
  arrived: z.boolean(),
});

/** What the state entry of a new home says of the old one. */
export const movedFromSchema = z.strictObject({
  store: z.string(),
  location: z.string(),
  version: z.int().nonnegative(),
  id: z.string(),
  /** Homes before that one, the oldest first, each with the version that moved the database away from it. */
  earlier: z.array(z.strictObject({ store: z.string(), version: z.int().nonnegative() })).optional(),
});

/** Where a database went. */
export type Moved = Readonly<z.infer<typeof movedSchema>>;

/** Where a database came from. */
export type MovedFrom = Readonly<z.infer<typeof movedFromSchema>>;

/** What the new home says of the one that the database leaves with this state. */
export function movedFromOf(
  { name, location }: { readonly name: string; readonly location: string },
  { version, id }: Pick<Moved, 'version' | 'id'>,
  before: MovedFrom | undefined,
): MovedFrom {
  const from = { store: name, location, version, id };
  if (before === undefined) return from;
  return { ...from, earlier: [...(before.earlier ?? []), { store: before.store, version: before.version }] };
}

/** Throws DatabaseMovedError for the state entry of an old home. */
export function assertAtHome(state: { readonly moved?: Moved | undefined } | undefined): void {
  if (state?.moved !== undefined) throw new DatabaseMovedError(state.moved);
}

/**
 * The name of the declared store that was the database for the migration of this version: its old home, for those up to the
 * one that moved it. `name`: its home now.
 */
export function databaseAt(version: number, name: string, from: MovedFrom | undefined): string {
  if (from === undefined) return name;
  return [...(from.earlier ?? []), from].find((home) => version <= home.version)?.store ?? name;
}
