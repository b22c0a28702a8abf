import { create } from '@bufbuild/protobuf';
import { comparePaths } from './path-order.js';
import { firstPathOf, pathOf, type ReadNode } from './tree-read.js';
import {
  TreeChildSchema,
  TreeNodeSchema,
  TreeSchema,
  type DataObject,
  type Tree,
  type TreeChild,
  type TreeNode,
} from './objects_pb.js';

/**
 * The most objects or children of a node. With objects of up to 8 KiB and paths of up to 900 bytes a node stays below
 * 300 KB; an entry of the store may have 400 KB.
 */
export const nodeLimit = 32;

/** An object to be put at its path, or, where there is none, the path to be deleted. */
export interface Change {
  readonly path: string;
  readonly object: DataObject | undefined;
}

/** Stores a new node and tells where. */
export type WriteNode = (node: TreeNode) => Promise<Pick<TreeChild, 'commitId' | 'number'>>;

export interface ChangedTree {
  readonly tree: Tree;
  /** How many of the changes changed anything: what is there already, put by the same call, does not count. */
  readonly changes: number;
}

/**
 * The tree with these changes, which are in order of their paths, one a path. Nodes on the way to a change are written
 * anew, all others are shared with the tree as it was. Nodes are split when full and dropped when empty, but not joined.
 */
export async function changeTree(
  tree: Tree,
  changes: readonly Change[],
  read: ReadNode,
  write: WriteNode,
): Promise<ChangedTree> {
  const writer = new TreeWriter(read, write);
  const root = tree.root ?? create(TreeNodeSchema);
  let pieces = (await writer.changeNode(root, tree.height, changes)) ?? [root];
  let { height } = tree;
  for (; pieces.length > 1; height++) pieces = innerNodes(await writer.writeAll(pieces));
  let top = pieces[0] ?? create(TreeNodeSchema);
  for (let only = onlyChild(top); only !== undefined; only = onlyChild(top), height--) top = await read(only);
  if (top.children.length === 0) height = 0;
  return { tree: create(TreeSchema, { height, root: top }), changes: writer.changes };
}

function onlyChild(node: TreeNode): TreeChild | undefined {
  return node.children.length === 1 ? node.children[0] : undefined;
}

class TreeWriter {
  changes = 0;

  constructor(
    readonly read: ReadNode,
    readonly write: WriteNode,
  ) {}

  /** What the node becomes: none, one or several of its height. Undefined: it stays as it is. */
  async changeNode(node: TreeNode, height: number, changes: readonly Change[]): Promise<TreeNode[] | undefined> {
    if (height === 0) return this.#changeLeaf(node, changes);
    const children: TreeChild[] = [];
    let changed = false;
    let next = 0;
    for (const [index, child] of node.children.entries()) {
      const end = node.children[index + 1]?.firstPath;
      const first = next;
      while (next < changes.length && (end === undefined || comparePaths(changes[next]?.path ?? '', end) < 0)) next++;
      const pieces =
        next > first
          ? await this.changeNode(await this.read(child), height - 1, changes.slice(first, next))
          : undefined;
      changed ||= pieces !== undefined;
      children.push(...(pieces === undefined ? [child] : await this.writeAll(pieces)));
    }
    return changed ? innerNodes(children) : undefined;
  }

  async writeAll(nodes: readonly TreeNode[]): Promise<TreeChild[]> {
    const children: TreeChild[] = [];
    for (const node of nodes) {
      const [object, child] = [node.objects[0], node.children[0]];
      const firstPath = object ? pathOf(object) : child ? firstPathOf(child) : '';
      children.push(create(TreeChildSchema, { firstPath, ...(await this.write(node)) }));
    }
    return children;
  }

  #changeLeaf(node: TreeNode, changes: readonly Change[]): TreeNode[] | undefined {
    const objects = new Map(node.objects.map((object) => [object.path, object]));
    const before = this.changes;
    for (const { path, object } of changes) {
      const found = objects.get(path);
      if (object === undefined ? found === undefined : found?.putId === object.putId) continue;
      this.changes++;
      if (object === undefined) objects.delete(path);
      else objects.set(path, object);
    }
    if (this.changes === before) return undefined;
    const sorted = [...objects.values()].sort((a, b) => comparePaths(a.path, b.path));
    return inPieces(sorted).map((part) => create(TreeNodeSchema, { objects: part }));
  }
}

function innerNodes(children: readonly TreeChild[]): TreeNode[] {
  return inPieces(children).map((part) => create(TreeNodeSchema, { children: part }));
}

/** Parts of nearly equal size, none above the limit. */
function inPieces<T>(items: readonly T[]): T[][] {
  const parts = Math.ceil(items.length / nodeLimit);
  const size = Math.ceil(items.length / parts);
  return Array.from({ length: parts }, (_, part) => items.slice(part * size, (part + 1) * size));
}
