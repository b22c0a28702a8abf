import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Item } from '../item.js';
import { addUsage, type KeyColumn, noUsage, type Usage, type Writer } from '../store.js';
import { batchItems, type BatchDependencies, sendBatch } from './batch.js';
import { keyIdentity } from './key-identity.js';
import type { TableForm } from './table-form.js';

/**
 * Batches of one writer in flight. More than one hides the engine's latency, and eight fill a table of eight partitions;
 * the units of a run multiply it.
 */
const batchesInFlight = 8;

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
  private batch = new Map<string, Item>();
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
      this.batch.set(key, stored);
      if (this.batch.size === batchItems) await this.dispatch(this.form);
    }
    this.assertSound();
  }

  async flush(): Promise<Usage> {
    if (this.form !== undefined && this.batch.size > 0) await this.dispatch(this.form);
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
    while (this.inFlight.size >= batchesInFlight) await Promise.race(this.inFlight);
    this.assertSound();
    const batch = this.batch;
    this.batch = new Map();
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

  private async send(form: TableForm, items: readonly Item[]): Promise<void> {
    const requests = items.map((item): WriteRequest => ({ PutRequest: { Item: item as Record<string, never> } }));
    await sendBatch(
      {
        ...this.dependencies,
        storedKey: form.storedKey,
        signal: this.abandoned.signal,
        spend: (usage) => (this.usage = addUsage(this.usage, usage)),
      },
      requests,
    );
    await this.dependencies.acknowledged(items, form.storedKey);
  }

  private assertSound(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
