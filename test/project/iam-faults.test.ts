import type { DeclaredStore } from '../../src/project.js';
import { parseProject } from '../../src/project/parse-project.js';

const iam = { region: 'eu-west-1', resourceId: 'db-ABCDEFGHIJKL01234' };
const url = 'postgres://mover@db.example.com/shop';

/** The faults of a declaration, each in one line. */
function faultsOf(store: unknown): string[] {
  const parsed = parseProject({ stores: { store } });
  return 'faults' in parsed ? parsed.faults.map(({ field, message }) => `${field}: ${message}`) : [];
}

test.each(['db-ABCDEFGHIJKL01234', 'cluster-ABCDEFGHIJKL01234', 'prx-0123456789abcdef0'])(
  'a PostgreSQL store may be opened by IAM on %s',
  (resourceId) => {
    expect(faultsOf({ url, iam: { ...iam, resourceId } } satisfies DeclaredStore)).toEqual([]);
  },
);

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    'another way beside it',
    { secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf' },
    /iam: stands beside a secretArn/,
  ],
  ['no user', { url: 'postgres://db.example.com/shop' }, /url: names no user/],
  ['a user who is a pattern', { url: 'postgres://mo*@db.example.com/shop' }, /url: names the user "mo\*"/],
  ['a user who is a variable', { url: 'postgres://$%7Ba%7D@db.example.com/shop' }, /url: names the user/],
  ['a password', { url: 'postgres://mover:hunter2@db.example.com/shop' }, /url: holds a password/],
  ['a socket for a host', { url: 'postgres://mover@%2Ftmp/shop' }, /url: names no host/],
  ['a socket beside a host', { url: `${url}?host=/tmp` }, /url: names no host/],
  ['a name for a region', { iam: { ...iam, region: 'Ireland' } }, /iam\.region: is no region/],
  ['a name for a resource', { iam: { ...iam, resourceId: 'orders' } }, /iam\.resourceId: is no resource id/],
  ['no resource', { iam: { region: 'eu-west-1' } }, /iam\.resourceId/],
  ['another engine', { url: 'dynamodb://eu-west-1/' }, /iam: belongs to PostgreSQL stores/],
  ['an embedded server', { url: 'postgres://embedded?path=data' }, /iam: belongs to PostgreSQL stores/],
])('a store with iam and %s is refused in one fault, without its password', (_what, change, message) => {
  const faults = faultsOf({ url, iam, ...change });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(message);
  expect(faults[0]).not.toContain('hunter2');
});

describe('a ceiling of connections', () => {
  test.each([8, 9, 1_000])('may be %p', (maxConnections) => {
    expect(faultsOf({ url, maxConnections })).toEqual([]);
  });

  test.each<[unknown, Record<string, unknown>, RegExp]>([
    [7, {}, /maxConnections: is 7: .* give 8 or more$/],
    [0, {}, /maxConnections: is 0/],
    [12.5, {}, /maxConnections/],
    ['12', {}, /maxConnections/],
    [12, { url: 's3://bucket' }, /maxConnections: belongs to PostgreSQL stores/],
  ])('is never %p with %p', (maxConnections, change, message) => {
    const faults = faultsOf({ url, maxConnections, ...change });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(message);
  });
});
