import type { Item, PackageContext, PackageEntry, PackageToImport } from 'carryover';
import { partitionOf, partKey, partsPartition, uploadsPartition } from '../../repositories/records.js';
import { UploadPartSchema, UploadSchema } from '../../repositories/uploads_pb.js';
import { entryOf } from './entry-of.js';
import { bytesAt, idAt, isNullAt, numberAt, textAt, textMapAt, timeAt, wholeNumberAt } from './row-values.js';

/** Uploads, and their parts beside them: each row becomes an entry. */
export const multiparts: PackageToImport = {
  name: 'multiparts',
  tables: ['uploads', 'upload_parts'],
  migrate: (rows, context) => (context.table === 'uploads' ? rows.map(uploadOf) : parts(rows, context)),
};

function uploadOf(row: Item): PackageEntry {
  const id = textAt(row, 'id');
  return entryOf(UploadSchema, uploadsPartition(partitionOf(idAt(row, 'repository_id'))), id, {
    ...{ id, path: textAt(row, 'path'), address: textAt(row, 'address') },
    ...(isNullAt(row, 'content_type') ? {} : { contentType: textAt(row, 'content_type') }),
    ...{ metadata: textMapAt(row, 'metadata'), created: timeAt(row, 'created') },
  });
}

async function* parts(rows: readonly Item[], { get }: PackageContext): AsyncGenerator<PackageEntry> {
  // The parts of an upload follow one another.
  const ids = [...new Set(rows.map((row) => textAt(row, 'upload_id')))];
  const found = await get(
    'uploads',
    ids.map((id) => ({ id: { S: id } })),
  );
  const uploads = new Map(ids.map((id, index) => [id, found[index]]));
  for (const row of rows) {
    const id = textAt(row, 'upload_id');
    const upload = uploads.get(id);
    if (upload === undefined) throw new Error(`a part is of upload ${id}, which is not there`);
    const number = numberAt(row, 'number');
    const partition = partsPartition(partitionOf(idAt(upload, 'repository_id')), id);
    yield entryOf(UploadPartSchema, partition, partKey(number), {
      ...{ number, checksum: Buffer.from(bytesAt(row, 'checksum')).toString('hex') },
      ...{ sizeBytes: wholeNumberAt(row, 'size_bytes'), uploaded: timeAt(row, 'uploaded') },
    });
  }
}
