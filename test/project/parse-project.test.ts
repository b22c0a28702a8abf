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
      { stores: {}, settings: { leaseMs: 1, concurrency: 0 } },
      ['settings.leaseMs', 'settings.concurrency'],
    ],
    ['a setting that is not known', { stores: {}, settings: { lease: 1 } }, ['settings.lease']],
  ])('refuses %s and names the field', (_, value, fields) => {
    expect(fieldsOf(value)).toEqual(fields);
  });

  it('reports the faults of all parts together', () => {
    const value = {
      stores: { a: 'mysql://x', b: { url: 'dynamodb://nowhere/', role: 1 } },
      settings: { segments: 0 },
      more: 1,
    };
    expect(fieldsOf(value).sort()).toEqual(['more', 'settings.segments', 'stores.a', 'stores.b.role', 'stores.b.url']);
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
