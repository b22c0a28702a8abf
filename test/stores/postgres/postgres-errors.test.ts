import { InputError, StoreUnavailableError } from '../../../src/errors.js';
import { translated } from '../../../src/stores/postgres/postgres-errors.js';

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
