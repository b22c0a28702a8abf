import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { DataObjectSchema, TreeSchema, type Tree, type TreeNode } from '../../../examples/repositories/objects_pb.js';
import { comparePaths } from '../../../examples/repositories/path-order.js';
import { changeTree, nodeLimit, type Change } from '../../../examples/repositories/tree-change.js';
import { findObject, objectsFrom, type ReadNode } from '../../../examples/repositories/tree-read.js';
import { collect } from '../../support/kv-bytes.js';

/** Trees over a map of nodes, which counts what is read and written. */
class Trees {
  readonly nodes = new Map<number, TreeNode>();
  reads = 0;
  readonly read: ReadNode = async ({ number }) => {
    this.reads++;
    const node = this.nodes.get(number);
    if (node === undefined) throw new Error(`no node ${number}`);
    return node;
  };

  async change(tree: Tree, changes: readonly Change[]): Promise<{ tree: Tree; changes: number }> {
    const sorted = [...changes].sort((a, b) => comparePaths(a.path, b.path));
    return changeTree(tree, sorted, this.read, async (node) => {
      this.nodes.set(this.nodes.size, node);
      return { commitId: 'c', number: this.nodes.size - 1 };
    });
  }
}

const put = (path: string, putId = 'once'): Change => ({ path, object: create(DataObjectSchema, { path, putId }) });
const remove = (path: string): Change => ({ path, object: undefined });
const empty = create(TreeSchema);
const numbered = (index: number): string => `path ${String(index).padStart(6, '0')}`;

describe('comparePaths', () => {
  test('orders paths as their UTF-8 bytes', () => {
    const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é', '\uffee', '😀', '\u{10ffff}') });
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the tree of a commit', () => {
  test('holds what a map would hold after any changes, and leaves every earlier tree as it was', async () => {
    const path = fc.integer({ min: 0, max: 300 }).map(numbered);
    const change = fc.tuple(path, fc.boolean(), fc.string({ maxLength: 1 }));
    const commits = fc.array(fc.uniqueArray(change, { selector: ([at]) => at, maxLength: 120, size: 'max' }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(commits, async (all) => {
        const trees = new Trees();
        const model = new Map<string, string>();
        const history: { tree: Tree; objects: string[] }[] = [];
        let tree = empty;
        for (const changes of all) {
          const changed = await trees.change(
            tree,
            changes.map(([at, deletes, id]) => (deletes ? remove(at) : put(at, id))),
          );
          let count = 0;
          for (const [at, deletes, id] of changes) {
            if (deletes ? model.delete(at) : model.get(at) !== id) count++;
            if (!deletes) model.set(at, id);
          }
          expect(changed.changes).toBe(count);
          tree = changed.tree;
          history.push({ tree, objects: [...model].map(([at, id]) => `${at} ${id}`).sort() });
        }
        for (const { tree: then, objects } of history) {
          const listed = await collect(objectsFrom(then, '', trees.read));
          expect(listed.map((object) => `${object.path} ${object.putId}`)).toEqual(objects);
        }
        for (const node of trees.nodes.values())
          expect(Math.max(node.objects.length, node.children.length)).toBeLessThanOrEqual(nodeLimit);
      }),
      { numRuns: 60 },
    );
  });

  test('finds each object, and no other, reading as many nodes as it is high', async () => {
    const trees = new Trees();
    const paths = Array.from({ length: 3_000 }, (_, index) => numbered(index * 2));
    const { tree } = await trees.change(
      empty,
      paths.map((path) => put(path)),
    );
    trees.reads = 0;
    for (const path of paths) expect((await findObject(tree, path, trees.read))?.path).toBe(path);
    expect(tree.height).toBe(2);
    expect(trees.reads).toBe(paths.length * 2);
    for (const path of ['', 'path', numbered(1), numbered(2_999), 'z'])
      expect(await findObject(tree, path, trees.read)).toBeUndefined();
  });

  test('lists from any path on, inclusive', async () => {
    const trees = new Trees();
    const paths = Array.from({ length: 500 }, (_, index) => numbered(index * 2));
    const { tree } = await trees.change(
      empty,
      paths.map((path) => put(path)),
    );
    for (let from = 0; from <= 1_000; from += 7) {
      const listed = await collect(objectsFrom(tree, numbered(from), trees.read));
      expect(listed.map(({ path }) => path)).toEqual(paths.filter((path) => path >= numbered(from)));
    }
  });

  test('writes one node of each height for one change, and none for what is there already', async () => {
    const trees = new Trees();
    const { tree } = await trees.change(
      empty,
      Array.from({ length: 3_000 }, (_, index) => put(numbered(index))),
    );
    const before = trees.nodes.size;
    await trees.change(tree, [put(numbered(1_500), 'again')]);
    expect(trees.nodes.size - before).toBe(tree.height);
    const same = await trees.change(tree, [put(numbered(1_500)), remove('absent')]);
    expect(same).toEqual({ tree, changes: 0 });
    expect(trees.nodes.size - before).toBe(tree.height);
  });

  test('is low and empty again when all was deleted', async () => {
    const trees = new Trees();
    const paths = Array.from({ length: 2_000 }, (_, index) => numbered(index));
    const { tree } = await trees.change(
      empty,
      paths.map((path) => put(path)),
    );
    const left = await trees.change(tree, paths.slice(1).map(remove));
    expect(left.tree.height).toBe(0);
    expect((await trees.change(left.tree, paths.map(remove))).tree).toEqual((await trees.change(empty, [])).tree);
  });
});
