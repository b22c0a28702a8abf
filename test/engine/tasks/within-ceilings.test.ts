import fc from 'fast-check';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import type { Task } from '../../../src/engine/tasks/task.js';
import { withinCeilings } from '../../../src/engine/tasks/within-ceilings.js';
import { InputError, type Fault } from '../../../src/errors.js';
import type { Project } from '../../../src/project.js';
import { atSpeed, withDefaults, type Settings } from '../../../src/settings.js';

/** The units at a time that the task is opened with, and what it says of them; or the faults of the input. */
async function opened(
  ceilings: readonly (number | undefined)[],
  { wished = 8, asked, other }: { wished?: number; asked?: number | undefined; other?: Fault },
): Promise<{ units: number; lowered: Fault | undefined } | readonly Fault[]> {
  const stores = Object.fromEntries(
    ceilings.map((maxConnections, at) => [
      `s${at}`,
      { url: `postgres://me@host${at}/db`, ...(maxConnections === undefined ? {} : { maxConnections }) },
    ]),
  );
  const project: Project = { stores: { ...stores, unused: { url: 'postgres://me@host/db', maxConnections: 8 } } };
  const deps = { project, settings: withDefaults({ concurrency: wished }) } as Dependencies;
  const open = (settings: Settings): Promise<Task> => {
    if (other !== undefined) return Promise.reject(new InputError([other]));
    return Promise.resolve({ settings: atSpeed(settings, { concurrency: asked }) } as Task);
  };
  try {
    const { settings, lowered } = await withinCeilings(
      { field: 'copy', concurrency: asked, stores: Object.keys(stores) },
      deps,
      open,
    );
    return { units: settings.concurrency, lowered };
  } catch (error) {
    return (error as InputError).faults;
  }
}

const ceilings = fc.array(fc.option(fc.integer({ min: 8, max: 500 }), { nil: undefined }), { maxLength: 4 });
const count = fc.integer({ min: 1, max: 100 });

test('a default is lowered to what every ceiling of the run has room for, and no further', async () => {
  await fc.assert(
    fc.asyncProperty(ceilings, count, async (given, wished) => {
      const { units, lowered } = (await opened(given, { wished })) as { units: number; lowered: Fault | undefined };
      const lowest = Math.min(...given.map((maxConnections) => maxConnections ?? Infinity));
      // Each unit takes four, and so does one call beside them.
      expect(units * 4 + 4).toBeLessThanOrEqual(Math.max(lowest, 8));
      expect(units === wished || (units + 1) * 4 + 4 > lowest).toBe(true);
      expect(units).toBeGreaterThanOrEqual(1);
      expect(lowered === undefined).toBe(units === wished);
    }),
  );
});

test('an input is taken as it is where there is room, and else refused with the number that would be right', async () => {
  await fc.assert(
    fc.asyncProperty(ceilings, count, count, async (given, wished, asked) => {
      const result = await opened(given, { wished, asked });
      if ('units' in result) return expect(result).toEqual({ units: asked, lowered: undefined });
      const [fault] = result as readonly Fault[];
      expect(fault?.field).toBe('copy.concurrency');
      const right = Number(/give (\d+) at most/.exec(fault?.message ?? '')?.[1]);
      expect(await opened(given, { wished, asked: right })).toMatchObject({ units: right });
      expect(await opened(given, { wished, asked: right + 1 })).toHaveLength(1);
    }),
  );
});

test('what is refused and what is lowered name the ceiling', async () => {
  expect(await opened([100, 20], { asked: 16 })).toEqual([
    {
      field: 'copy.concurrency',
      message:
        'asks for 16 units at a time: give 4 at most, since stores.s1.maxConnections is 20, and each unit takes up to 4 of them, as does one call beside',
    },
  ]);
  expect(await opened([100, 20], {})).toMatchObject({
    units: 4,
    lowered: {
      field: 'stores.s1.maxConnections',
      message: expect.stringMatching(/8 units at a time are lowered to 4$/) as string,
    },
  });
});

test('other faults of the input are told together with it', async () => {
  const other = { field: 'copy.to', message: 'is no store' };
  expect(await opened([20], { asked: 16, other })).toMatchObject([{ field: 'copy.concurrency' }, other]);
});
