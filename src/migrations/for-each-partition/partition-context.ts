import type { Fence, Store } from '../../stores/store.js';
import type { PartitionContext, Stage } from '../definition.js';
import type { MigrationContext } from '../migration.js';
import { fencedKeyValues } from './fenced-key-values.js';

/** What code that migrates a partition to `version` is given. */
export function partitionContext(
  stage: Stage,
  { home, fence, fenceFor, ending }: Pick<MigrationContext, 'home' | 'fence' | 'fenceFor' | 'ending'>,
  version: number,
): PartitionContext {
  const assertMaySend = (): void => fence.assertMaySend();
  return {
    version,
    database: home,
    openStore: (name) => stage.openStore(name),
    openKeyValueStore: async (store, table) =>
      fencedKeyValues(await stage.openKeyValueStore(store, table), assertMaySend),
    fenceFor,
    assertMaySend,
    ending,
  };
}

/** The same for a dry run, in which nothing may be sent. */
export function readingContext(stage: Stage, home: Store): PartitionContext {
  const assertMaySend = (): void => {
    throw new Error('this is a dry run: nothing may be written');
  };
  const fence: Fence = {
    token: 0,
    assertMaySend,
    partition: new Uint8Array(),
    key: new Uint8Array(),
    tokenOf: () => 0,
    elsewhere: true,
  };
  return partitionContext(stage, { home, fence, fenceFor: () => fence, ending: () => false }, stage.version);
}
