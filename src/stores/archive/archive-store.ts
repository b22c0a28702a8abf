import type { S3Client } from '@aws-sdk/client-s3';
import { resolve } from 'node:path';
import type { Fault } from '../../errors.js';
import { checkedStore } from '../../kv/checked-store.js';
import type { KeyValueDriver } from '../../kv/key-value-driver.js';
import type { KeyValueStore } from '../../kv/key-value-store.js';
import type { OnThrottled } from '../count-throttles.js';
import type {
  Cursor,
  Fence,
  KeyColumn,
  Page,
  Preflight,
  ReadOptions,
  Segment,
  Store,
  TableDescription,
  Writer,
  WriterOptions,
} from '../store.js';
import { DiskKeyValueDriver } from './archive-key-value-store-disk.js';
import { S3KeyValueDriver } from './archive-key-value-store-s3.js';
import type { ArchivePlace } from './archive-place.js';
import { allTables, findTable, severalExports, type ArchivedTable } from './catalogue.js';
import { createTable, targetComplaint } from './create-table.js';
import { describeTable } from './describe-table.js';
import { DiskPlace } from './disk-place.js';
import { dropTable } from './drop-table.js';
import { finishTable } from './finish-table.js';
import { PartWriter } from './part-writer.js';
import { assertReadable, readSegment, splitTable } from './read-segment.js';
import { createS3Client, type S3Location } from './s3-client.js';
import { S3Place } from './s3-place.js';

export interface ArchiveStoreOptions {
  readonly place: { readonly kind: 'disk'; readonly path: string } | ({ readonly kind: 's3' } & S3Location);
  /** The key of exports that AWS made, which do not name it; those that Carryover wrote do. */
  readonly key?: readonly KeyColumn[];
  /** For people: `archive:/backups`. */
  readonly location: string;
  readonly requestTimeoutMs: number;
  readonly onThrottled?: OnThrottled | undefined;
  /** A part is full at this compressed size. Default 64 MiB: DynamoDB's import takes 50,000 objects at most. */
  readonly partSizeBytes?: number;
}

/** 50,000 parts of it are 3 TB, compressed. */
const defaultPartSizeBytes = 64 * 1024 * 1024;

/**
 * An archive on disk or on S3 in the layout of DynamoDB's export to S3. See `Store`, layout.ts for names, part-writer.ts
 * for what keeps parts whole. Items of one key in different parts are not found out: a source has each key once.
 */
export function openArchiveStore(options: ArchiveStoreOptions): Store {
  const { place, driver } = openPlace(options);
  return new ArchiveStore(place, checkedStore(driver), options);
}

function openPlace(options: ArchiveStoreOptions): { place: ArchivePlace; driver: KeyValueDriver } {
  const { place, location, requestTimeoutMs, onThrottled } = options;
  if (place.kind === 'disk') {
    return {
      place: new DiskPlace(place.path, location),
      driver: new DiskKeyValueDriver(resolve(place.path), location),
    };
  }
  const client = (attempts?: number): S3Client => createS3Client(place, requestTimeoutMs, attempts, onThrottled);
  const s3 = new S3Place(place, location, client(), requestTimeoutMs);
  return { place: s3, driver: new S3KeyValueDriver(s3, client(1)) };
}

class ArchiveStore implements Store {
  readonly engine = 'archive';
  readonly location: string;
  readonly capabilities = { get: false, remove: false, merge: false };
  readonly #key: readonly KeyColumn[] | undefined;
  readonly #partSizeBytes: number;

  constructor(
    private readonly place: ArchivePlace,
    readonly keyValues: KeyValueStore,
    options: ArchiveStoreOptions,
  ) {
    this.location = options.location;
    this.#key = options.key;
    this.#partSizeBytes = options.partSizeBytes ?? defaultPartSizeBytes;
  }

  async *tables(): AsyncIterable<string> {
    const seen = new Map<string, ArchivedTable>();
    for await (const table of allTables(this.place)) {
      const other = seen.get(table.name);
      if (other !== undefined) throw severalExports(this.place, [other, table]);
      seen.set(table.name, table);
    }
    yield* seen.keys();
  }

  describe(table: string): Promise<TableDescription> {
    return describeTable(this.place, table, this.#key);
  }

  async preflight(description: TableDescription, role: 'source' | 'target'): Promise<Preflight> {
    const faults: Fault[] = [];
    const complaint = await this.place.complaint(role);
    if (complaint !== undefined) faults.push({ field: this.location, message: complaint });
    else if (role === 'target') {
      const message = await targetComplaint(this.place, description.name);
      if (message !== undefined) faults.push({ field: `table "${description.name}"`, message });
    }
    return { faults, warnings: [] };
  }

  async create(description: TableDescription, fence?: Fence): Promise<{ ready: boolean; identity: string }> {
    return { ready: true, identity: await createTable(this.place, description, fence) };
  }

  drop(table: string, fence?: Fence): Promise<boolean> {
    return dropTable(this.place, table, fence);
  }

  async split(table: string, parts: number): Promise<Segment[]> {
    const found = await findTable(this.place, table);
    assertReadable(found);
    return splitTable(this.place, found, parts);
  }

  read(segment: Segment, from?: Cursor, options?: ReadOptions): AsyncIterable<Page> {
    return readSegment(this.place, segment, from, options, this.#key);
  }

  writer(table: string, options: WriterOptions): Writer {
    return new PartWriter(this.place, table, options, this.#partSizeBytes);
  }

  async finish(description: TableDescription, fence?: Fence): Promise<boolean> {
    await finishTable(this.place, description.name, fence);
    return true;
  }

  async close(): Promise<void> {
    await Promise.all([this.place.close(), this.keyValues.close()]);
  }
}
