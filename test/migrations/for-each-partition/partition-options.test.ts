import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';

const migrate = (): Promise<void> => Promise.resolve();
const made = (options: object): MigrationDefinition => forEachPartition(options as never);

describe('what forEachPartition is given', () => {
  test.each([
    ['nothing', {}, 'migrate: '],
    ['no function', { migrate: 'later' }, 'migrate: must be a function'],
    ['a listing that is no function', { migrate, partitions: ['acme'] }, 'partitions: must be a function'],
    ['an option that is not known', { migrate, wave: [1] }, 'wave: is not known here'],
    ['no waves', { migrate, waves: [] }, 'waves: '],
    ['an empty wave', { migrate, waves: [1, 0] }, 'waves[1]: must be a count of partitions from 1, or "all"'],
    ['a part of a partition', { migrate, waves: [0.5] }, 'waves[0]: must be a count'],
    ['a wave after all', { migrate, waves: [1, 'all', 2] }, 'waves[2]: nothing is left for a wave after "all"'],
    ['no try', { migrate, attempts: 0 }, 'attempts: must be a number of tries from 1 to 100'],
    ['another rerun', { migrate, onRerun: 'again' }, 'onRerun: '],
  ])('is refused: %s', (_what, options, message) => {
    expect(() => made(options)).toThrow(message);
    expect(() => made(options)).toThrow(expect.objectContaining({ name: 'InputError' }));
  });

  test('is refused with all that is wrong, together', () => {
    const refused = () => made({ migrate: 1, attempts: 'three', waves: ['some'] });
    for (const field of ['migrate', 'attempts', 'waves[0]']) expect(refused).toThrow(`${field}: must be`);
  });

  test('is what the definition says of itself', () => {
    const {
      open: _open,
      partitioned: _partitioned,
      ...said
    } = made({
      ...{ migrate, when: 'kvEnabled', onRerun: 'restart', stores: ['events'] },
    });
    expect(said).toEqual({
      ...{ kind: 'for-each-partition', leavesNothing: true, when: 'kvEnabled', onRerun: 'restart', stores: ['events'] },
    });
  });

  test('may be methods that use what they belong to', async () => {
    class Renaming {
      readonly #seen: string[] = [];
      async migrate(partition: string): Promise<void> {
        this.#seen.push(partition);
      }
      async check(): Promise<void> {
        if (this.#seen.length === 0) throw new Error('nothing seen');
      }
    }
    const steps = forEachPartition(new Renaming()).partitioned?.migrate('acme', {} as never, undefined);
    expect(steps).toBeDefined();
    for await (const _step of steps ?? []) throw new Error('no safe point was expected');
  });
});
