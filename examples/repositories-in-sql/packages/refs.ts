import type { Item, PackageContext, PackageEntry, PackageToImport } from 'carryover';
import { birthValue, registryOf } from '../../../src/kv/linked-births.js';
import { branchKey, partitionOf, repositoriesPartition, tagsPartition } from '../../repositories/records.js';
import { BranchSchema, RepositorySchema, TagSchema } from '../../repositories/refs_pb.js';
import { commitEntries } from './commit-entries.js';
import { entryOf } from './entry-of.js';
import { rangeEntries, stagedEntry } from './object-entries.js';
import { idAt, isNullAt, listAt, textAt, timeAt } from './row-values.js';

/** Repositories, branches, commits, tags, and objects, staged or committed. What no range has of `objects` is not carried. */
export const refs: PackageToImport = {
  name: 'refs',
  tables: ['repositories', 'branches', 'tags', 'commits', 'ranges', 'objects', 'staged_objects'],
  migrate: (rows, context) => of[context.table]?.(rows, context) ?? [],
};

const of: Readonly<Record<string, PackageToImport['migrate']>> = {
  repositories: (rows) => rows.map(repositoryOf),
  branches: (rows) => rows.flatMap(branchEntries),
  tags: (rows) => rows.map(tagOf),
  commits: (rows) => rows.flatMap(commitEntries),
  ranges: (rows, context: PackageContext) => rangeEntries(rows, context),
  staged_objects: (rows) => rows.map(stagedEntry),
};

function repositoryOf(row: Item): PackageEntry {
  const name = textAt(row, 'name');
  return entryOf(RepositorySchema, repositoriesPartition, name, {
    ...{ name, partition: partitionOf(idAt(row, 'id')), storageNamespace: textAt(row, 'storage_namespace') },
    ...{ defaultBranch: textAt(row, 'default_branch'), created: timeAt(row, 'created') },
  });
}

function tagOf(row: Item): PackageEntry {
  const name = textAt(row, 'name');
  return entryOf(TagSchema, tagsPartition(partitionOf(idAt(row, 'repository_id'))), name, {
    ...{ name, commitId: idAt(row, 'commit_id'), created: timeAt(row, 'created') },
  });
}

/**
 * A branch, and what the sweep has to know of each of its staging areas: one that was committed is removed later. What the
 * sweep does not know it leaves alone: commits and repositories stay for ever, and need not be told of.
 */
function branchEntries(row: Item): PackageEntry[] {
  const name = textAt(row, 'name');
  const place = { partition: partitionOf(idAt(row, 'repository_id')), key: Buffer.from(branchKey(name)) };
  const stagingToken = isNullAt(row, 'staging_token') ? '' : idAt(row, 'staging_token');
  const sealedTokens = listAt(row, 'sealed_tokens').map((token) => token.replaceAll('-', ''));
  const branch = entryOf(BranchSchema, place.partition, branchKey(name), {
    ...{ name, commitId: idAt(row, 'commit_id'), stagingToken, sealedTokens },
  });
  const registeredAt = Number(timeAt(row, 'updated').seconds) * 1_000;
  const births = [stagingToken, ...sealedTokens].filter(Boolean).map((token) => {
    const partition = partitionOf(token);
    // No write has this id: the branch names its areas already, nobody is about to make it do so.
    const value = birthValue({ partition, parent: place, registeredAt, parentWrite: 'imported' });
    return { partition: registryOf({}), key: partition, value };
  });
  return [branch, ...births];
}
