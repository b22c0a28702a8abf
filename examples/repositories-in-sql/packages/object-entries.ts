import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Item, PackageContext, PackageEntry } from 'carryover';
import { StagedChangeSchema, TreeNodeSchema, type DataObjectSchema } from '../../repositories/objects_pb.js';
import { nodeKey, partitionOf } from '../../repositories/records.js';
import { entryOf } from './entry-of.js';
import { bytesAt, idAt, isNullAt, listAt, numberAt, textAt, textMapAt, timeAt, wholeNumberAt } from './row-values.js';

/** Ranges whose objects are looked up at once: 32 objects each. */
const rangesAtOnce = 50;

/** Each range becomes a leaf of the trees of commits, in the partition of the commit that wrote it. */
export async function* rangeEntries(rows: readonly Item[], { get }: PackageContext): AsyncGenerator<PackageEntry> {
  for (let from = 0; from < rows.length; from += rangesAtOnce) {
    const some = rows.slice(from, from + rangesAtOnce);
    const ids = some.map((row) => listAt(row, 'object_ids'));
    const found = await get(
      'objects',
      ids.flat().map((id) => ({ id: { N: id } })),
    );
    let next = 0;
    for (const [index, row] of some.entries()) {
      const objects = (ids[index] ?? []).map((id) => {
        const object = found[next++];
        if (object === undefined) throw new Error(`a range has object ${id}, which is not there`);
        return committedObject(object);
      });
      const commit = partitionOf(idAt(row, 'commit_id'));
      yield entryOf(TreeNodeSchema, commit, nodeKey(numberAt(row, 'number')), { objects });
    }
  }
}

/** A staged object or deletion lies in the partition of its token. */
export function stagedEntry(row: Item): PackageEntry {
  const change = isNullAt(row, 'address')
    ? ({ case: 'deleteId', value: idAt(row, 'change_id') } as const)
    : ({ case: 'put', value: { ...dataOf(row), putId: idAt(row, 'change_id') } } as const);
  return entryOf(StagedChangeSchema, partitionOf(idAt(row, 'token')), textAt(row, 'path'), { change });
}

function committedObject(row: Item): MessageInitShape<typeof DataObjectSchema> {
  return { ...dataOf(row), putId: idAt(row, 'put_id') };
}

function dataOf(row: Item): MessageInitShape<typeof DataObjectSchema> {
  return {
    ...{ path: textAt(row, 'path'), address: textAt(row, 'address') },
    checksum: Buffer.from(bytesAt(row, 'checksum')).toString('hex'),
    ...{ sizeBytes: wholeNumberAt(row, 'size_bytes'), modified: timeAt(row, 'modified') },
    metadata: textMapAt(row, 'metadata'),
  };
}
