import type { Fault } from '../../errors.js';
import type { DeclaredStore, Project } from '../../project.js';

/** The stores that an input names, and what it may drop. */
export interface UsedStores {
  /** The part of the input that names them: `copy`. */
  readonly field: string;
  readonly from?: string;
  readonly to: string;
  readonly onExisting?: string;
  readonly fresh: boolean;
}

/**
 * Faults where an input uses a store against its declaration. A declaration in its long form says what may be done with the
 * store, on a laptop as in a deployment; a URL alone says nothing, and what is dropped there is allowed by name or `--yes`.
 */
export function storeUseFaults(project: Project, { field, from, to, onExisting, fresh }: UsedStores): Fault[] {
  const source = from === undefined ? undefined : declaration(project, from);
  const target = declaration(project, to);
  const faults: Fault[] = [];
  if (source?.role === 'target')
    faults.push({
      field: `${field}.from`,
      message: `"${from}" is declared with the role "target": nothing is read from it`,
    });
  if (target?.role === 'source')
    faults.push({
      field: `${field}.to`,
      message: `"${to}" is declared with the role "source": it is never written to`,
    });
  if (target === undefined || target.allowReplace === true || target.role === 'source') return faults;
  const remedy = `the declaration of "${to}" does not allow: give it allowReplace: true`;
  if (onExisting === 'replace')
    faults.push({
      field: `${field}.onExisting`,
      message: `"replace" drops tables, which ${remedy}, or choose another`,
    });
  if (fresh)
    faults.push({ field: `${field}.fresh`, message: `drops what the unfinished attempt created, which ${remedy}` });
  return faults;
}

/** The long form of a store's declaration; undefined for a URL alone. */
export function declaration({ stores }: Project, name: string): DeclaredStore | undefined {
  const declared = Object.hasOwn(stores, name) ? stores[name] : undefined;
  return typeof declared === 'string' ? undefined : declared;
}
