import { join } from 'node:path';
import fc from 'fast-check';
import { locationOf, parseStoreUrl } from '../../src/stores/store-url.js';

/** Each with a part of what its only fault, or each of its faults, says. */
const malformed: readonly (readonly [url: string, ...faults: string[]])[] = [
  ['', 'is not a store URL'],
  ['orders', '"orders" is not a store URL'],
  ['//me:hunter2@db/shop', '"…@db/shop" is not a store URL'],
  ['mysql://me:hunter2@db/shop', '"mysql:" is no kind of store'],
  ['dynamodb:', 'does not parse as a URL|region ""'],
  ['dynamodb:///orders', 'has the region ""'],
  ['dynamodb://eu_west_1/', 'has the region "eu_west_1": give one like eu-west-1'],
  ['dynamodb://nowhere/', 'has the region "nowhere"'],
  ['dynamodb://localhost:8000/', 'has the port 8000', 'has the region "localhost"'],
  ['dynamodb://eu-west-1/a/b', 'has the prefix "a/b"'],
  ['dynamodb://eu-west-1/caf%C3%A9', 'has the prefix "café"'],
  ['dynamodb://eu-west-1/100%', 'write it as %25'],
  ['dynamodb://eu-west-1/?endpoint=localhost:8000', 'has the endpoint "localhost:8000"'],
  ['dynamodb://eu-west-1/?endpoint=http://me:hunter2@localhost', 'an endpoint with a user or password'],
  ['dynamodb://eu-west-1/?endpoint=', 'gives the parameter "endpoint" no value', 'has the endpoint ""'],
  ['dynamodb://eu-west-1/?end-point=http://h', 'has the parameter "end-point", which it does not know'],
  ['dynamodb://eu-west-1/?profile=a&profile=b', 'gives the parameter "profile" 2 times'],
  ['dynamodb://eu-west-1/?roleArn=reader', 'has the roleArn "reader"'],
  ['dynamodb://eu-west-1/?externalId=x', 'gives an externalId without a roleArn'],
  ['dynamodb://key:hunter2@eu-west-1/', 'holds a user or password'],
  ['dynamodb://embedded', 'needs the folder of its data'],
  ['dynamodb://embedded?path=', 'gives the parameter "path" no value'],
  ['dynamodb://embedded?path=data&profile=a', 'has the parameter "profile"'],
  ['postgres://me:hunter2@db:port/shop', 'does not parse as a URL'],
  ['postgres://me:hunter2@db/shop#orders', 'ends in a fragment'],
  ['postgres://me:hunter2@db/shop/orders', 'has the path "/shop/orders"'],
  ['postgres://me:12/hunter2@db/shop', 'has an "@" behind its host'],
  ['postgres://me:12?hunter2@db/shop', 'has an "@" behind its host'],
  ['postgres://me@db/shop?password=hunter2', 'has the parameter "password"'],
  ['postgres://me@db/shop?sslmode=verify_full', 'has the sslmode "verify_full": give one of disable,'],
  ['postgres://me@db/shop?port=abc', 'has the port "abc"'],
  ['postgres://me@db/shop?port=65536&connect_timeout=-1', 'has the port "65536"', 'has the connect_timeout "-1"'],
  ['postgres://me@db/shop?schema=pg_catalog', 'names the schema "pg_catalog"'],
  ['postgres://me@db/shop?schema=', 'gives the parameter "schema" no value'],
  ['postgres://embedded', 'needs the folder of its data'],
  ['postgres://embedded/shop?path=data', 'names the database "shop"'],
  ['archive:', 'names no folder'],
  ['archive://data', 'looks like a host'],
  ['archive:data?key=id', 'has the key "id"'],
  ['archive:data?keys=id:S', 'has the parameter "keys"'],
  ['s3:///orders', 'names no bucket'],
  ['s3://Orders_2/x', 'names the bucket "Orders_2"|names the bucket "orders_2"'],
  ['s3://orders/x?region=here', 'has the region "here"'],
  ['s3://orders/x?key=a:S,b:S,c:S', 'has the key "a:S,b:S,c:S"'],
];

describe('parseStoreUrl', () => {
  test.each(malformed)('refuses "%s" and says what would be right', (url, ...expected) => {
    const parsed = parseStoreUrl(url, '--to');
    if ('url' in parsed) throw new Error(`it was taken for ${JSON.stringify(parsed.url)}`);
    expect(parsed.faults.map(({ field }) => field)).toEqual(expected.map(() => '--to'));
    for (const [at, fault] of parsed.faults.entries())
      expect(expected[at]?.split('|').some((part) => fault.message.includes(part)) ? '' : fault.message).toBe('');
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });
});

test.each([
  ['require', 'verify-full'],
  ['verify-full', 'verify-full'],
  ['no-verify', 'no-verify'],
  ['disable', 'disable'],
])('the sslmode %s is %s to the driver', (given, taken) => {
  const parsed = parseStoreUrl(`postgres://db/shop?sslmode=${given}&sslrootcert=/ca.pem`);
  expect(parsed).toMatchObject({
    url: { connectionString: `postgres://db/shop?sslmode=${taken}&sslrootcert=%2Fca.pem` },
  });
});

function location(text: string): string {
  const parsed = parseStoreUrl(text);
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults));
  return locationOf(parsed.url);
}

describe('locationOf', () => {
  test.each([
    ['dynamodb://embedded?path=data', `dynamodb://embedded?path=${join(process.cwd(), 'data')}`],
    ['dynamodb://embedded/shop-?path=/data', 'dynamodb://embedded/shop-?path=/data'],
    ['postgres://embedded?path=data/../data', `postgres://embedded?path=${join(process.cwd(), 'data')}&schema=public`],
    ['archive:data/', `archive:${join(process.cwd(), 'data')}`],
    ['dynamodb://eu-west-1/shop-', 'dynamodb://eu-west-1/shop-'],
    ['dynamodb://eu-west-1?profile=old', 'dynamodb://eu-west-1/?profile=old'],
    ['s3://orders/x/?region=eu-west-1&endpoint=http://h', 's3://orders/x?region=eu-west-1&endpoint=http://h'],
    ['postgres://me:hunter2@db:5433/shop?sslmode=require', 'postgres://me@db:5433/shop?schema=public'],
    ['postgres://me:a%2Fb%40c@db/a%40b', 'postgres://me@db/a%40b?schema=public'],
    ['postgresql://DB:5432/shop', 'postgres://db/shop?schema=public'],
    ['postgres://db/shop?host=other&port=5433&schema=a%26b', 'postgres://other:5433/shop?schema=a%26b'],
    ['postgres:///shop?host=/var/Run', 'postgres://%2Fvar%2FRun/shop?schema=public'],
    ['postgres:///shop?port=5433', 'postgres:///shop?schema=public&port=5433'],
    ['dynamodb://embedded?path=/a%26b%20c%23d', 'dynamodb://embedded?path=/a%26b%20c%23d'],
    ['s3://orders/a%3Fb%25/c', 's3://orders/a%3Fb%25/c'],
    ['memory:shop', 'memory:shop'],
  ])('names %s by %s, whoever asks from wherever', (text, expected) => {
    expect(location(text)).toBe(expected);
    expect(location(expected)).toBe(expected);
  });
});

test('a location leads to the store that it names, whatever its names are', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 1, max: 65_535 }), (database, name, port) => {
      const schema = `s${name}`;
      const url = `postgres://me:hunter2@db:${port}/d${encodeURIComponent(database)}?schema=${encodeURIComponent(schema)}`;
      expect(location(location(url))).toBe(location(url));
      const parsed = parseStoreUrl(location(url));
      expect('url' in parsed && parsed.url).toMatchObject({ kind: 'postgres', schema });
      expect(location(url)).not.toContain('hunter2');
      const archive = `s3://orders/${encodeURIComponent(name)}`;
      expect(parseStoreUrl(location(archive))).toEqual(parseStoreUrl(archive));
    }),
  );
});
