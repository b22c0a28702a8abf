import fc from 'fast-check';
import { sideBySide } from '../../../src/migrations/copy/side-by-side.js';

type Step = { readonly wait: true } | { readonly made: number };

/** The work of an item: waits so often, makes something, waits again. */
const waits = fc.record({ before: fc.nat({ max: 4 }), after: fc.nat({ max: 3 }) });

function works(all: readonly { readonly before: number; readonly after: number }[]) {
  const seen = { begun: 0, done: new Set<number>(), most: 0 };
  async function* work(item: number): AsyncGenerator<Step> {
    seen.begun += 1;
    seen.most = Math.max(seen.most, seen.begun - seen.done.size);
    const { before = 0, after = 0 } = all[item] ?? {};
    for (let times = 0; times < before; times += 1) yield { wait: true };
    yield { made: item };
    for (let times = 0; times < after; times += 1) yield { wait: true };
    seen.done.add(item);
  }
  return { seen, work };
}

const cursorAfter = (item: number) => ({ after: item });

describe('work side by side', () => {
  test('is all done, each item once, whatever each of them waits for; a cursor never passes what is not done', () =>
    fc.assert(
      fc.asyncProperty(fc.array(waits, { maxLength: 60 }), async (all) => {
        const { seen, work } = works(all);
        const made: number[] = [];
        let cursor = -1;
        for await (const step of sideBySide(all.keys(), work, cursorAfter)) {
          if ('made' in step) made.push(step.made);
          if (!('cursor' in step)) continue;
          const { after } = step.cursor as { after: number };
          expect(after).toBeGreaterThan(cursor);
          cursor = after;
          for (let item = 0; item <= after; item += 1) expect(seen.done).toContain(item);
        }
        expect(made.sort((a, b) => a - b)).toEqual([...all.keys()]);
        expect(cursor).toBe(all.length - 1);
        expect(seen.most).toBeLessThanOrEqual(20);
      }),
      { numRuns: 200 },
    ));

  test('waits as often as the longest of them, and not for each', async () => {
    const { work } = works(Array.from({ length: 20 }, () => ({ before: 4, after: 0 })));
    let pauses = 0;
    for await (const step of sideBySide(Array.from({ length: 20 }).keys(), work, cursorAfter))
      if ('wait' in step) pauses += 1;
    expect(pauses).toBe(4);
  });

  test('lets go of everything that it has begun when nobody goes on, or one of them fails', async () => {
    let open = 0;
    async function* work(item: number): AsyncGenerator<Step> {
      open += 1;
      try {
        yield { made: item };
        if (item === 7) throw new TypeError('this one fails');
        yield { wait: true };
      } finally {
        open -= 1;
      }
    }
    for await (const step of sideBySide(Array.from({ length: 30 }).keys(), work, cursorAfter)) {
      expect(step).toEqual({ made: 0 });
      break;
    }
    expect(open).toBe(0);
    const failing = async (): Promise<void> => {
      for await (const step of sideBySide(Array.from({ length: 30 }).keys(), work, cursorAfter)) void step;
    };
    await expect(failing()).rejects.toThrow('this one fails');
    expect(open).toBe(0);
  });
});
