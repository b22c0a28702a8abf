import type { Fault } from '../errors.js';
import type { Project } from '../project.js';
import { locationOf, parseStoreUrl } from '../stores/store-url.js';

/** A fault where two names mean one store: carried into itself, it would lose its tables to `onExisting: "replace"`. */
export function sameStoreFaults(project: Project, { from, to }: { from: string; to: string }): Fault[] {
  const [source, target] = [from, to].map((name) => locationOfStore(project, name));
  if (source === undefined || source !== target) return [];
  return [{ field: 'copy.to', message: `is the same store as copy.from (${source}): give another` }];
}

function locationOfStore({ stores }: Project, name: string): string | undefined {
  const declared = stores[name];
  const parsed = parseStoreUrl(typeof declared === 'string' ? declared : (declared?.url ?? ''));
  return 'faults' in parsed ? undefined : locationOf(parsed.url);
}
