import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Item, PackageEntry } from 'carryover';
import { TreeNodeSchema, TreeSchema, type Tree, type TreeChildSchema } from '../../repositories/objects_pb.js';
import { commitKey, nodeKey, partitionOf } from '../../repositories/records.js';
import { CommitSchema } from '../../repositories/refs_pb.js';
import { nodeLimit } from '../../repositories/tree-change.js';
import { entryOf } from './entry-of.js';
import { idAt, isNullAt, listAt, numberAt, textAt, textMapAt, timeAt } from './row-values.js';

type Child = MessageInitShape<typeof TreeChildSchema>;

/** A commit with the root of its tree, and the nodes between root and leaves; the leaves are its ranges, and those of others. */
export function commitEntries(row: Item): PackageEntry[] {
  const id = idAt(row, 'id');
  const { tree, nodes } = treeOver(id, leavesOf(row));
  const commit = entryOf(CommitSchema, partitionOf(id), commitKey, {
    ...{ id, parentId: isNullAt(row, 'parent_id') ? '' : idAt(row, 'parent_id') },
    ...{ generation: numberAt(row, 'generation'), committer: textAt(row, 'committer') },
    ...{ message: textAt(row, 'message'), created: timeAt(row, 'created'), metadata: textMapAt(row, 'metadata') },
    ...{ changes: numberAt(row, 'changes'), tree },
  });
  return [commit, ...nodes];
}

function leavesOf(row: Item): Child[] {
  const [commits, numbers] = [listAt(row, 'range_commits'), listAt(row, 'range_numbers')];
  return listAt(row, 'first_paths').map((firstPath, index) => ({
    ...{ firstPath, commitId: commits[index]?.replaceAll('-', '') ?? '', number: Number(numbers[index]) },
  }));
}

/** Nodes above these leaves, as many heights as it takes; their numbers come after those of the commit's own leaves. */
function treeOver(commitId: string, leaves: readonly Child[]): { tree: Tree; nodes: PackageEntry[] } {
  if (leaves.length === 0) return { tree: create(TreeSchema), nodes: [] };
  const nodes: PackageEntry[] = [];
  const own = leaves.filter((leaf) => leaf.commitId === commitId).map(({ number = 0 }) => number);
  let next = Math.max(-1, ...own) + 1;
  let children = leaves;
  let height = 1;
  for (; children.length > nodeLimit; height++) {
    const above: Child[] = [];
    for (let from = 0; from < children.length; from += nodeLimit) {
      const part = children.slice(from, from + nodeLimit);
      const number = next++;
      nodes.push(entryOf(TreeNodeSchema, partitionOf(commitId), nodeKey(number), { children: part }));
      above.push({ firstPath: part[0]?.firstPath ?? '', commitId, number });
    }
    children = above;
  }
  return { tree: create(TreeSchema, { height, root: { children: [...children] } }), nodes };
}
