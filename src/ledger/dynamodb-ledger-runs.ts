import { CorruptDataError } from '../errors.js';
import { text } from './attributes.js';
import { newWriteId, writeConditionally } from './conditional-write.js';
import type { LedgerClient } from './ledger-client.js';
import type { NewRun, RunChange, RunRecord } from './ledger.js';
import { failureOf } from './request-failures.js';
import {
  changeAttributes,
  newRunAttributes,
  removedAttributes,
  runKey,
  runListEntry,
  runRecord,
  runsPartition,
} from './run-entry.js';
import { isoTime } from './unit-entry.js';

/** Runs, and the list of them. */
export class DynamodbLedgerRuns {
  constructor(private readonly client: LedgerClient) {}

  /**
   * The list entry goes first: a run that was recorded is always listed, and an entry that no run followed, or whose run
   * was recorded with another start by a call before, is passed over when runs are listed.
   */
  async start(run: NewRun): Promise<RunRecord> {
    const recorded = await this.run(run.run);
    if (recorded !== undefined) return recorded;
    const listed = runListEntry(run);
    await this.client.put({
      Item: { partition: text(listed.partition), entry: text(listed.entry), run: text(run.run) },
    });
    const key = runKey(run.run);
    const writeId = newWriteId();
    const Item = {
      partition: text(key.partition),
      entry: text(key.entry),
      ...newRunAttributes(run),
      write: text(writeId),
    };
    const outcome = await writeConditionally(this.client, key, writeId, () =>
      this.client.put({
        Item,
        ConditionExpression: 'attribute_not_exists(#partition)',
        ExpressionAttributeNames: { '#partition': 'partition' },
      }),
    );
    return runRecord(outcome.written || outcome.stored === undefined ? Item : outcome.stored);
  }

  async run(id: string): Promise<RunRecord | undefined> {
    const stored = await this.client.get(runKey(id));
    return stored === undefined ? undefined : runRecord(stored);
  }

  async change(id: string, change: RunChange): Promise<void> {
    const updatedAt = text(isoTime(this.client.clock.now()));
    const changes = Object.entries({ ...changeAttributes(change), updatedAt });
    const removed = removedAttributes(change);
    const clauses = [
      `SET ${changes.map(([name]) => `#${name} = :${name}`).join(', ')}`,
      ...(removed.length === 0 ? [] : [`REMOVE ${removed.map((name) => `#${name}`).join(', ')}`]),
    ];
    const names = [...changes.map(([name]) => name), ...removed];
    const values = Object.fromEntries(changes.map(([name, value]) => [`:${name}`, value]));
    try {
      await this.client.update(runKey(id), {
        UpdateExpression: clauses.join(' '),
        ConditionExpression: 'attribute_exists(#partition)',
        ExpressionAttributeNames: {
          '#partition': 'partition',
          ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
        },
        ExpressionAttributeValues: values,
      });
    } catch (error) {
      if (failureOf(error) !== 'condition') throw error;
      throw new CorruptDataError(`run ${id} is not in the ledger`, { cause: error });
    }
  }

  async *runs(): AsyncIterable<RunRecord> {
    const list = this.client.query({
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': 'partition' },
      ExpressionAttributeValues: { ':partition': text(runsPartition) },
      ScanIndexForward: false,
    });
    for await (const { run: id, entry } of list) {
      const run = await this.run(id?.S ?? '');
      if (run !== undefined && runListEntry(run).entry === entry?.S) yield run;
    }
  }
}
