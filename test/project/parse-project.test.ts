import fc from 'fast-check';
import { parseProject } from '../../src/project/parse-project.js';

const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf';

function fieldsOf(value: unknown): string[] {
  const parsed = parseProject(value);
  return 'faults' in parsed ? parsed.faults.map(({ field }) => field) : [];
}

describe('parseProject', () => {
  it('takes stores as URLs and as declarations, a ledger and settings', () => {
    const project = {
      stores: {
        'orders-old': 'dynamodb://eu-west-1/orders-',
        'orders-new': {
          url: 'postgres://db.example.com/orders?schema=new',
          role: 'target',
          allowReplace: true,
          secretArn,
        },
      },
      ledger: 'dynamodb://embedded?path=.carryover/ledger',
      settings: { concurrency: 16 },
    };
    expect(parseProject(project)).toEqual({ project });
  });

  it('takes what says how the data gets to its version', () => {
    const project = {
      stores: { shop: { url: 'postgres://db.example.com/shop?schema=shop', role: 'target' } },
      database: 'shop',
      migrations: './data/migrations',
      gaps: [3, 4],
      newDatabase: 'stamp',
      flags: { kvEnabled: false },
      freeze: () => Promise.resolve(),
      thaw: () => Promise.resolve(),
    };
    expect(parseProject(project)).toEqual({ project });
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['configuration']],
    ['no stores', {}, ['stores']],
    ['stores as a list', { stores: [] }, ['stores']],
    ['a field that is not known', { stores: {}, legder: 'x' }, ['legder']],
    ['a store that is a number', { stores: { a: 1 } }, ['stores.a']],
    ['a store without URL', { stores: { a: { role: 'source' } } }, ['stores.a.url']],
    ['a URL of no kind', { stores: { a: 'mysql://x' } }, ['stores.a']],
    ['a URL of no kind in a declaration', { stores: { a: { url: 'mysql://x' } } }, ['stores.a.url']],
    ['a name that reads as a URL', { stores: { 's3:a': 'memory:a' } }, ['stores.s3:a']],
    ['a role of no kind', { stores: { a: { url: 'memory:a', role: 'both' } } }, ['stores.a.role']],
    ['an option that is not known', { stores: { a: { url: 'memory:a', readonly: true } } }, ['stores.a.readonly']],
    ['no tables', { stores: { a: { url: 'memory:a', tables: [] } } }, ['stores.a.tables']],
    [
      'a pattern that means more in a policy',
      { stores: { a: { url: 'dynamodb://eu-west-1/', tables: ['ok*', 'a?', '${aws:username}'] } } },
      ['stores.a.tables[1]', 'stores.a.tables[2]'],
    ],
    [
      'a source whose tables may be dropped',
      { stores: { a: { url: 'memory:a', role: 'source', allowReplace: true } } },
      ['stores.a.allowReplace'],
    ],
    [
      'a secret of a store that takes none, cut short',
      { stores: { a: { url: 'memory:a', secretArn: 'orders' } } },
      ['stores.a.secretArn', 'stores.a.secretArn'],
    ],
    ['a ledger that is no DynamoDB', { stores: {}, ledger: 'memory:a' }, ['ledger']],
    [
      'settings out of range',
      { stores: {}, settings: { leaseMs: 1, concurrency: 0, readUnitsPerSecond: 0, writeUnitsPerSecond: -5 } },
      ['settings.leaseMs', 'settings.concurrency', 'settings.readUnitsPerSecond', 'settings.writeUnitsPerSecond'],
    ],
    ['a database that is no text', { stores: {}, database: 1 }, ['database']],
    ['a database that is not declared', { stores: { a: 'memory:a' }, database: 'b' }, ['database']],
    ['a database by the name of what every object has', { stores: {}, database: 'toString' }, ['database']],
    ['a database that is no store at all', { stores: { a: null }, database: 'a' }, ['stores.a']],
    [
      'a database that is an archive, only read',
      { stores: { a: { url: 's3://shop/x', role: 'source' } }, database: 'a' },
      ['database', 'database'],
    ],
    ['a database in a folder of an archive', { stores: { a: 'archive:x' }, database: 'a' }, ['database']],
    ['migrations in no folder', { stores: {}, migrations: '' }, ['migrations']],
    ['migrations in a folder of one machine', { stores: {}, migrations: '/data' }, ['migrations']],
    ['migrations in a folder of one Windows machine', { stores: {}, migrations: 'C:\\data' }, ['migrations']],
    ['gaps that are no numbers of migrations', { stores: {}, gaps: [0, 1.5, 2] }, ['gaps[0]', 'gaps[1]']],
    ['a new database that gets neither', { stores: {}, newDatabase: 'copy' }, ['newDatabase']],
    ['a flag that is neither on nor off', { stores: {}, flags: { a: true, b: 'yes' } }, ['flags.b']],
    ['a freeze that never thaws', { stores: {}, freeze: () => undefined }, ['thaw']],
    ['a thaw of what was never frozen', { stores: {}, thaw: () => undefined }, ['freeze']],
    ['hooks that cannot be called', { stores: {}, freeze: 'yes', thaw: true }, ['freeze', 'thaw']],
    ['a setting that is not known', { stores: {}, settings: { lease: 1 } }, ['settings.lease']],
  ])('refuses %s and names the field', (_, value, fields) => {
    expect(fieldsOf(value)).toEqual(fields);
  });

  it('reports the faults of all parts together', () => {
    const value = {
      stores: { a: 'mysql://x', b: { url: 'dynamodb://nowhere/', role: 1 } },
      settings: { segments: 0 },
      database: 'c',
      gaps: ['1'],
      more: 1,
    };
    expect(fieldsOf(value).sort()).toEqual(
      ['database', 'gaps[0]', 'more', 'settings.segments', 'stores.a', 'stores.b.role', 'stores.b.url'].sort(),
    );
  });

  it('repeats no password of a URL', () => {
    const parsed = parseProject({ stores: { a: 'postgres://me:hunter2@db/x?schema=pg_catalog&colour=red' } });
    expect(JSON.stringify(parsed)).toContain('faults');
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });

  it('answers whatever it is given, with a project or with faults', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ stores: fc.jsonValue(), settings: fc.jsonValue() })),
        (value) => {
          const parsed = parseProject(value);
          expect('project' in parsed || parsed.faults.length > 0).toBe(true);
        },
      ),
    );
  });
});
