import { join } from 'node:path';
import { openDatabaseVersions } from '../../src/local/open-database-versions.js';
import { history } from '../../src/versions/history.js';
import { partitionEntries } from '../../src/versions/partition-versions.js';
import { readState, stateKey, statePartition } from '../../src/versions/state-entry.js';
import { bytes, collect } from '../support/kv-bytes.js';
import { blocksOf, endedAsSaid, openPagePrograms, type PagePrograms } from '../support/page-programs.js';

const page = 'docs/versions.md';
let programs: PagePrograms;
beforeAll(async () => {
  programs = await openPagePrograms();
});
afterAll(() => programs.remove());

describe(page, () => {
  test('shows entries as they are read, and examples that run in a database that has them', async () => {
    const cwd = await programs.folder();
    const [state = '', applied = '', partition = ''] = await blocksOf(page, 'json');
    const versions = await openDatabaseVersions(`dynamodb://embedded?path=${join(cwd, 'data')}`);
    await versions.set(statePartition, stateKey, bytes(state));
    await versions.set(bytes('carryover/history'), bytes('0000000007'), bytes(applied));
    await versions.set(bytes('carryover/partitions'), bytes('globex'), bytes(partition));
    expect(await readState(versions)).toEqual(JSON.parse(state));
    expect(await collect(history(versions))).toEqual([JSON.parse(applied)]);
    expect(await collect(partitionEntries(versions))).toEqual([
      { id: 'globex', entry: JSON.parse(partition) as unknown },
    ]);
    await versions.close();
    expect(await programs.run(page, cwd)).toEqual(await endedAsSaid(page));
  });
});
