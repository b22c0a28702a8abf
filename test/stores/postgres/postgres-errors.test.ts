import { InputError, StoreFullError, StoreUnavailableError } from '../../../src/errors.js';
import { translated } from '../../../src/stores/postgres/postgres-errors.js';
import { testStore, writeItems } from './test-store.js';

test('a password that is missing is asked for in words that a user knows', () => {
  const complaint = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string');
  const error = translated(complaint, 'postgres://me@db/shop');
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).message).toBe(
    'postgres://me@db/shop: asks for a password, and none was given: put it in the URL, in PGPASSWORD or in the file of PGPASSFILE',
  );
});

test('a connection that breaks is no end of the data', () => {
  const error = translated(new Error('Connection terminated unexpectedly'), 'postgres://db/shop');
  expect(error).toBeInstanceOf(StoreUnavailableError);
});

test('a server whose disk is full is named at once, and what was written before it stays', async () => {
  const { client, open, stop } = await testStore();
  try {
    await client.query('CREATE TABLE orders (id int PRIMARY KEY)');
    // As the server itself says it when it cannot make a table's file larger.
    await client.query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM nextval('tries');
      IF NEW.id > 1 THEN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END IF;
      RETURN NEW; END $$`);
    await client.query('CREATE SEQUENCE tries');
    await client.query('CREATE TRIGGER full_disk BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION full_disk()');
    const store = open();
    await writeItems(store, 'orders', [{ id: { N: '1' } }]);
    const writing = writeItems(store, 'orders', [{ id: { N: '2' } }]);
    await expect(writing).rejects.toBeInstanceOf(StoreFullError);
    await expect(writing).rejects.toThrow(
      /^postgres:\/\/test.* is out of space: could not extend file: .* \(53100\)\. Free space/,
    );
    const { rows } = await client.query(
      'SELECT (SELECT last_value FROM tries) AS tries, array_agg(id) AS ids FROM orders',
    );
    expect(rows).toEqual([{ tries: '2', ids: [1] }]);
  } finally {
    await stop();
  }
});
