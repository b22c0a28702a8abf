import { InputError } from '../../errors.js';
import type { Item } from '../item.js';
import { noUsage, type Usage, type Writer, type WriterOptions } from '../store.js';
import type { ArchivePlace } from './archive-place.js';
import { findTable, type ArchivedTable } from './catalogue.js';
import { assertKeys } from './key-check.js';
import { joinPath, parsePartName, partName, partPrefix } from './layout.js';
import { summaryName } from './manifests.js';
import { PartFile } from './part-file.js';
import { dataPath, sidecarNames, sidecarPath, writeSidecar } from './parts.js';

/**
 * Writes the parts of one unit, from `position` on; each flush makes one part durable.
 *
 * What keeps items from being lost or doubled: a part counts once its sidecar is written, and the sidecar after the
 * part is whole. Parts before `position` are covered by saved checkpoints; whatever else the unit wrote, a call wrote
 * that was killed before its checkpoint, and the unit is read again from the cursor before it. So those parts are
 * removed, sidecar first, before anything is written. Whoever reads an archive before its units are done sees some
 * of it, never part of a file.
 */
export class PartWriter implements Writer {
  readonly #place: ArchivePlace;
  readonly #name: string;
  readonly #options: WriterOptions;
  readonly #partSizeBytes: number;
  #position: number;
  #table: ArchivedTable | undefined;
  #part: PartFile | undefined;

  constructor(place: ArchivePlace, table: string, options: WriterOptions, partSizeBytes: number) {
    this.#place = place;
    this.#name = table;
    this.#options = options;
    this.#partSizeBytes = partSizeBytes;
    this.#position = options.position;
  }

  get full(): boolean {
    return this.#part !== undefined && this.#part.sizeBytes >= this.#partSizeBytes;
  }

  async write(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const table = await this.#open();
    assertKeys(table.name, items, table.own?.table.key ?? []);
    this.#part ??= new PartFile(this.#place.upload(dataPath(table, this.#partName()), this.#options.fence));
    await this.#part.write(items);
  }

  async flush(): Promise<Usage> {
    // Also when nothing was written: what a killed call left must go before this unit counts as done.
    const table = await this.#open();
    const part = this.#part;
    const name = this.#partName();
    this.#position += 1;
    if (part === undefined) return noUsage;
    try {
      const { requests, ...whole } = await part.finish();
      const sidecar = { ...whole, writtenAt: new Date().toISOString() };
      await writeSidecar(this.#place, table, name, sidecar, this.#options.fence);
      this.#part = undefined;
      return { requests, readUnits: 0, writeUnits: 0 };
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  async abandon(): Promise<void> {
    const part = this.#part;
    this.#part = undefined;
    await part?.abandon();
  }

  #partName(): string {
    return partName(this.#options.unit, this.#position);
  }

  /** Finds the table and clears what a killed call left. Once. */
  async #open(): Promise<ArchivedTable> {
    if (this.#table !== undefined) return this.#table;
    const table = await findTable(this.#place, this.#name);
    if (table.own === undefined) {
      const message = `it is an export that Carryover did not write; nothing is written into it`;
      throw new InputError([{ field: `table "${this.#name}"`, message }]);
    }
    this.#options.fence?.assertMaySend();
    await this.#removeUncovered(table);
    this.#table = table;
    return table;
  }

  async #removeUncovered(table: ArchivedTable): Promise<void> {
    const { unit, position, fence } = this.#options;
    // The manifests of a finished archive would no longer be true.
    await this.#place.remove([joinPath(table.paths.folder, summaryName)], fence);
    const prefix = joinPath(table.paths.folder, 'data', partPrefix(unit));
    await this.#place.removeLeftovers(prefix, fence);
    const names = new Set<string>();
    for await (const name of sidecarNames(this.#place, table, partPrefix(unit))) names.add(name);
    for await (const { path } of this.#place.files(joinPath(table.paths.folder, 'data'), partPrefix(unit))) {
      names.add(path.slice(path.lastIndexOf('/') + 1).replace(/\.json\.gz$/, ''));
    }
    const uncovered = [...names].filter((name) => {
      const part = parsePartName(name);
      return part !== undefined && part.unit === unit && part.position >= position;
    });
    const sidecars = uncovered.map((name) => sidecarPath(table, name));
    await this.#place.remove(sidecars, fence);
    await this.#place.remove(
      uncovered.map((name) => dataPath(table, name)),
      fence,
    );
  }
}
