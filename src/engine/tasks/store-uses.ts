import type { Fault } from '../../errors.js';
import type { CopyInput } from '../../migrations/copy/copy-input.js';
import type { DeclaredStore, Project } from '../../project.js';

/**
 * Faults where an input uses a store against its declaration. A declaration in its long form says what may be done with the
 * store, on a laptop as in a deployment; a URL alone says nothing, and what is dropped there is allowed by name or `--yes`.
 */
export function storeUseFaults(project: Project, { from, to, onExisting, fresh }: CopyInput): Fault[] {
  const source = declaration(project, from);
  const target = declaration(project, to);
  const faults: Fault[] = [];
  if (source?.role === 'target')
    faults.push({
      field: 'copy.from',
      message: `"${from}" is declared with the role "target": nothing is read from it`,
    });
  if (target?.role === 'source')
    faults.push({ field: 'copy.to', message: `"${to}" is declared with the role "source": it is never written to` });
  if (target === undefined || target.allowReplace === true || target.role === 'source') return faults;
  const remedy = `the declaration of "${to}" does not allow: give it allowReplace: true`;
  if (onExisting === 'replace')
    faults.push({ field: 'copy.onExisting', message: `"replace" drops tables, which ${remedy}, or choose another` });
  if (fresh)
    faults.push({ field: 'copy.fresh', message: `drops what the unfinished attempt created, which ${remedy}` });
  return faults;
}

/** The long form of a store's declaration; undefined for a URL alone. */
export function declaration({ stores }: Project, name: string): DeclaredStore | undefined {
  const declared = Object.hasOwn(stores, name) ? stores[name] : undefined;
  return typeof declared === 'string' ? undefined : declared;
}
