/**
 * How many partitions a unit has, by the number of its chunk in the round: the first ones few, so that some hundred
 * partitions keep several workers busy and a slow one holds up few others; the later ones more, so that a million of them
 * make some 2,000 units of the 10,000 that a run may have.
 */
const sizes = [
  { chunks: 20, partitions: 1 },
  { chunks: 100, partitions: 5 },
  { chunks: 1_000, partitions: 50 },
  { chunks: Infinity, partitions: 1_000 },
] as const;

/** JSON of a document in the ledger, which takes 300 KB: one id more is 6 KB at most, if all of it has to be escaped. */
const fullBytes = 250 * 1024;

export function chunkSize(chunk: number): number {
  return sizes.find(({ chunks }) => chunk < chunks)?.partitions ?? 1;
}

/** Gathers the partitions of a unit, each of them once. */
export class PartitionChunk {
  readonly #ids = new Set<string>();
  #sizeBytes = 0;

  /** `most`: no more than these. */
  constructor(
    readonly number: number,
    most: number,
  ) {
    this.#most = Math.min(chunkSize(number), most);
  }
  readonly #most: number;

  add(id: string): void {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#sizeBytes += Buffer.byteLength(JSON.stringify(id)) + 1;
  }

  get ids(): readonly string[] {
    return [...this.#ids];
  }

  get size(): number {
    return this.#ids.size;
  }

  get full(): boolean {
    return this.size >= this.#most || this.#sizeBytes >= fullBytes;
  }
}
