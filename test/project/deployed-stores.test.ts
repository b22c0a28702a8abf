import type { Fault, InputError } from '../../src/errors.js';
import type { StoreDeclaration } from '../../src/project.js';
import { deployedStores } from '../../src/project/deployed-stores.js';

function faultsOf(store: StoreDeclaration): readonly Fault[] {
  try {
    deployedStores({ stores: { store } });
    return [];
  } catch (error) {
    return (error as InputError).faults;
  }
}
const server = 'postgres://me@db.example.com/shop';

describe('a PostgreSQL store is deployed', () => {
  test.each(['verify-full', 'verify-ca', 'require', 'prefer'])(
    'with sslmode=%s, for which certificate and name are checked',
    (mode) => {
      const { stores } = deployedStores({ stores: { store: `${server}?sslmode=${mode}` } });
      expect(stores).toMatchObject([{ url: { connectionString: `${server}?sslmode=verify-full` } }]);
    },
  );

  test.each([
    ['', /^asks for no encryption: .*give sslmode=verify-full$/],
    ['?sslmode=disable', /^has the sslmode "disable"/],
    ['?sslmode=no-verify', /^has the sslmode "no-verify"/],
  ])('never with %p, which anybody on the way could read or answer', (parameters, message) => {
    expect(faultsOf(server + parameters)).toEqual([
      { field: 'stores.store', message: expect.stringMatching(message) as string },
    ]);
  });

  test('with certificates that lie in its functions, and in no other place', () => {
    const url = `${server}?sslmode=verify-full&sslrootcert=`;
    expect(faultsOf(`${url}/var/runtime/ca-cert.pem`)).toEqual([]);
    expect(faultsOf(`${url}/opt/own-ca.pem`)).toEqual([]);
    expect(faultsOf(`${url}/home/me/ca.pem`)).toMatchObject([
      { message: expect.stringContaining('"/home/me/ca.pem" (sslrootcert)') as string },
    ]);
  });

  test('by IAM, when its declaration says so', () => {
    const iam = { region: 'eu-west-1', resourceId: 'cluster-ABC123' };
    expect(deployedStores({ stores: { store: { url: `${server}?sslmode=require`, iam } } }).stores).toMatchObject([
      { iam },
    ]);
  });

  test('never with a password in its URL', () => {
    const [fault, ...others] = faultsOf('postgres://me:hunter2@db.example.com/shop?sslmode=verify-full');
    expect(others).toEqual([]);
    expect(fault?.message).toMatch(/^holds a password.*secretArn or iam/);
  });
});

test('stores that only a laptop can open need no encryption', () => {
  expect(deployedStores({ stores: { store: 'postgres://embedded?path=data' } })).toEqual({
    stores: [],
    localStores: ['store'],
  });
});
