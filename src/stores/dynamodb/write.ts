import type { Item } from '../item.js';
import { addUsage, type KeyColumn, noUsage, type Usage, type Writer } from '../store.js';
import { type BatchDependencies, type BatchEntry, batchItems, putOf, sendBatch } from './batch.js';
import { keyIdentity } from './key-identity.js';
import type { TableForm } from './table-form.js';

/**
 * Batches of one writer in flight. More than one hides the engine's latency, and eight fill a table of eight partitions;
 * the units of a run multiply it.
 */
const batchesInFlight = 8;

/** A batch is sent before its text grows beyond this: DynamoDB takes 16 MB, memory holds `batchesInFlight` of them. */
const batchSizeBytes = 4 * 1024 * 1024;

export interface WriterDependencies extends Omit<BatchDependencies, 'spend' | 'signal' | 'storedKey'> {
  /** Found out at the first write: it takes a look at the table. */
  readonly form: () => Promise<TableForm>;
  /** Is told of the items of every batch, as they are stored, once the engine has acknowledged them. */
  readonly acknowledged: (items: readonly Item[], storedKey: readonly KeyColumn[]) => Promise<void>;
}

/** Writes items in batches, several at a time; two items of one key are never under way together, and the later one wins. */
export class DynamodbWriter implements Writer {
  readonly full = true;
  private readonly abandoned = new AbortController();
  private readonly inFlight = new Set<Promise<void>>();
  private readonly keysInFlight = new Map<string, Promise<void>>();
  private batch = new Map<string, BatchEntry>();
  private sizeBytes = 0;
  private usage: Usage = noUsage;
  private failure: { readonly error: unknown } | undefined;
  private form: TableForm | undefined;

  constructor(private readonly dependencies: WriterDependencies) {}

  async write(items: readonly Item[]): Promise<void> {
    this.form ??= await this.dependencies.form();
    const { storedKey } = this.form;
    for (const item of items) {
      const stored = this.form.store(item);
      const key = keyIdentity(this.dependencies.table, stored, storedKey);
      const earlier = this.keysInFlight.get(key);
      if (earlier !== undefined) await earlier;
      const entry = putOf(stored);
      const entryBytes = sizeAtMost(entry.text);
      if (this.sizeBytes + entryBytes > batchSizeBytes) await this.dispatch(this.form);
      this.batch.set(key, entry);
      this.sizeBytes += entryBytes;
      if (this.batch.size === batchItems) await this.dispatch(this.form);
    }
    this.assertSound();
  }

  async flush(): Promise<Usage> {
    if (this.form !== undefined) await this.dispatch(this.form);
    await Promise.all(this.inFlight);
    this.assertSound();
    const spent = this.usage;
    this.usage = noUsage;
    return spent;
  }

  async abandon(): Promise<void> {
    this.abandoned.abort();
    this.batch.clear();
    this.failure ??= { error: new Error('the writer was abandoned') };
    await Promise.all(this.inFlight);
  }

  /** Sends the open batch as soon as fewer than `batchesInFlight` are under way. */
  private async dispatch(form: TableForm): Promise<void> {
    if (this.batch.size === 0) return;
    while (this.inFlight.size >= batchesInFlight) await Promise.race(this.inFlight);
    this.assertSound();
    const batch = this.batch;
    this.batch = new Map();
    this.sizeBytes = 0;
    const sent: Promise<void> = this.send(form, [...batch.values()])
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => {
        this.inFlight.delete(sent);
        for (const key of batch.keys()) this.keysInFlight.delete(key);
      });
    this.inFlight.add(sent);
    for (const key of batch.keys()) this.keysInFlight.set(key, sent);
  }

  private async send(form: TableForm, entries: readonly BatchEntry[]): Promise<void> {
    const { storedKey } = form;
    const spend = (usage: Usage): void => {
      this.usage = addUsage(this.usage, usage);
    };
    await sendBatch({ ...this.dependencies, storedKey, signal: this.abandoned.signal, spend }, entries);
    await this.dependencies.acknowledged(
      entries.map(({ item }) => item),
      storedKey,
    );
  }

  private assertSound(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}

/** Three bytes a UTF-16 unit at most: short texts are not worth measuring. */
function sizeAtMost(text: string): number {
  return text.length < 64 * 1024 ? text.length * 3 : Buffer.byteLength(text);
}
