import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { addHook, endRun, getRun, listRuns, startRun } from '../../../examples/repositories/actions.js';
import { openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import { collect } from '../../support/kv-bytes.js';
import { ManualClock } from '../../support/manual-clock.js';
import { newRepository, promptClock } from './committers.js';

const event = { event: 'pre-commit', branch: 'main', commitId: 'c' };
const hook = (name: string, exitCode = 0) => ({
  ...{ hook: name, exitCode, output: 'said' },
  ...{ started: timestampFromMs(1), ended: timestampFromMs(2) },
});

describe('a run of actions', () => {
  test('passes when all of its hooks did', async () => {
    const home = await newRepository(openMemoryKeyValueStore(), promptClock);
    const [good, bad] = [await startRun(home, event), await startRun(home, event)];
    for (const name of ['lint', 'check']) await addHook(home, good, hook(name));
    for (const exitCode of [0, 3]) await addHook(home, bad, hook('check', exitCode));
    expect(await getRun(home, good)).toMatchObject({ ...event, passed: false });
    expect((await getRun(home, good))?.ended).toBeUndefined();
    for (const id of [good, bad]) await endRun(home, id);
    expect(await getRun(home, good)).toMatchObject({ passed: true, hooks: [hook('lint'), hook('check')] });
    expect(await getRun(home, bad)).toMatchObject({ passed: false, hooks: [hook('check'), hook('check', 3)] });
  });

  test('keeps each hook that ended at the same time', async () => {
    const home = await newRepository(openMemoryKeyValueStore(), promptClock);
    const id = await startRun(home, event);
    const names = Array.from({ length: 8 }, (_, index) => `hook ${index}`);
    await Promise.all(names.map((name) => addHook(home, id, hook(name))));
    expect((await getRun(home, id))?.hooks.map(({ hook: name }) => name).sort()).toEqual(names);
  });

  test('is listed behind those that began before it, of its own repository alone', async () => {
    const clock = new ManualClock(1_000_000);
    const home = await newRepository(openMemoryKeyValueStore({ pageEntries: 3 }), clock);
    const ids: string[] = [];
    for (let run = 0; run < 7; run++, clock.advance(1)) ids.push(await startRun(home, event));
    expect((await collect(listRuns(home))).map(({ id }) => id)).toEqual(ids);
    await expect(addHook(home, 'none', hook('lint'))).rejects.toThrow('there is no run "none" in "r"');
  });
});
