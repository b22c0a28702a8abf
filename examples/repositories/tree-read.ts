import { comparePaths, lastUpTo } from './path-order.js';
import type { DataObject, Tree, TreeChild, TreeNode } from './objects_pb.js';

/** Gets a node that a commit wrote. Nodes never change, so that it may be kept as long as one likes. */
export type ReadNode = (child: TreeChild) => Promise<TreeNode>;

export const pathOf = (object: DataObject): string => object.path;
export const firstPathOf = (child: TreeChild): string => child.firstPath;

/** The object at a path, or undefined. Reads as many nodes as the tree is high. */
export async function findObject(tree: Tree, path: string, read: ReadNode): Promise<DataObject | undefined> {
  let node = tree.root;
  for (let height = tree.height; height > 0 && node !== undefined; height--) {
    const child = node.children[lastUpTo(node.children, firstPathOf, path)];
    node = child && (await read(child));
  }
  const object = node?.objects[lastUpTo(node.objects, pathOf, path)];
  return object?.path === path ? object : undefined;
}

/** The objects from a path on (inclusive), in order; holds one node of each height at a time. */
export async function* objectsFrom(tree: Tree, from: string, read: ReadNode): AsyncGenerator<DataObject> {
  if (tree.root !== undefined) yield* nodeFrom(tree.root, from, read);
}

async function* nodeFrom(node: TreeNode, from: string, read: ReadNode): AsyncGenerator<DataObject> {
  const first = Math.max(0, lastUpTo(node.children, firstPathOf, from));
  for (const child of node.children.slice(first)) yield* nodeFrom(await read(child), from, read);
  for (const object of node.objects) if (comparePaths(object.path, from) >= 0) yield object;
}
