import { segmentCount } from '../../../src/migrations/copy/segment-count.js';
import { withDefaults } from '../../../src/settings.js';
import type { TableDescription } from '../../../src/stores/store.js';

const settings = withDefaults({ concurrency: 8 });
const gibibyte = 1024 ** 3;

function segments(known: { items?: number; sizeBytes?: number }, with_ = settings): number {
  const key = [{ name: 'id', type: 'S' }] as const;
  return segmentCount(
    { name: 't', identity: 'i', key, attributes: {}, ...known } as unknown as TableDescription,
    with_,
  );
}

describe('the number of segments', () => {
  test.each([
    { known: { items: 100 }, count: 1 },
    { known: { items: 100_000 }, count: 2 },
    { known: { items: 1_000_000 }, count: 8 },
    { known: { items: 10_000_000 }, count: 50 },
    { known: { items: 10_000_000_000 }, count: 1_000 },
    { known: { items: 10, sizeBytes: gibibyte }, count: 8 },
    { known: { items: 10, sizeBytes: 100 * gibibyte }, count: 200 },
  ])('is $count for $known', ({ known, count }) => expect(segments(known)).toBe(count));

  test('is what the settings say where they say something', () =>
    expect(segments({ items: 10 }, { ...settings, segments: 3 })).toBe(3));

  test('takes an estimate of zero for no knowledge', () => {
    expect(segments({ items: 0, sizeBytes: 0 })).toBe(4);
    expect(segments({})).toBe(4);
  });
});
