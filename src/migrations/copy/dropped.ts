import type { CopyContext } from './copy-context.js';

/** Drops a table of the target, and waits until it is gone. `together`: what is dropped with it, one after the other. */
export async function* dropped(
  { target, fence }: Pick<CopyContext, 'target' | 'fence'>,
  table: string,
  together?: ReadonlySet<string>,
): AsyncIterable<{ readonly wait: true }> {
  while (!(await target.drop(table, fence, together))) yield { wait: true };
}
