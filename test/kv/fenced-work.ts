import { LeaseLostError, update, type KeyValueStore } from '../../src/kv/exports.js';
import { bytes } from '../support/kv-bytes.js';

interface Work {
  /** Of the owner that wrote last. */
  readonly token: number;
  readonly by: string;
}

const [partition, key] = [bytes('work'), bytes('one')];
const parse = (value: Uint8Array): Work => JSON.parse(Buffer.from(value).toString()) as Work;

/** What docs/kv/leases.md advises: the entry keeps the token of its writer, and a smaller one is refused. */
export async function writeFenced(store: KeyValueStore, work: Work): Promise<void> {
  await update(store, partition, key, (value) => {
    if (value !== undefined && parse(value).token > work.token)
      throw new LeaseLostError(`token ${parse(value).token} has written since`);
    return bytes(JSON.stringify(work));
  });
}

export async function readWork(store: KeyValueStore): Promise<Work | undefined> {
  const entry = await store.get(partition, key);
  return entry && parse(entry.value);
}
