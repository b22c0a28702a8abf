import { shortened } from '../../../src/shortened-text.js';
import { statusCommand } from '../../../src/engine/events/status-command.js';
import { toldError } from '../../../src/engine/events/told-error.js';

const command = 'carryover status r';
const told = (name: string, message: string, step = 'judge') => toldError({ name, message, step }, command);
const left = 'the message may hold something of the data: "carryover status r" shows it';

describe('an error, as an event tells it', () => {
  test.each([
    ['LockHeldError', 'the target is owned by run x'],
    ['InputError', 'copy.to: names no store\ncopy.tables: is empty'],
    ['ExecutionStopped', 'the execution was stopped by hand'],
    ['States.DataLimitExceeded', 'the state returned too much'],
  ])('keeps the message of %s, which tells nothing of the data', (name, message) => {
    expect(told(name, message)).toEqual({ name, message, step: 'judge' });
  });

  test.each(['UnitsFailedError', 'ItemsQuarantinedError'])('keeps the first line of %s, which counts', (name) => {
    expect(told(name, '3 of 4 failed\nunit 1: item {"id":"o-1188"} is too large').message).toBe('3 of 4 failed');
  });

  test.each(['TypeError', 'ItemRefusedError', 'PackageFailedError', 'PartitionsFailedError', 'error', 'Runtime'])(
    'leaves the message of %s to the ledger',
    (name) => {
      expect(told(name, 'item {"id":"o-1188"}').message).toBe(left);
    },
  );

  test('keeps that of a store that does not answer only in steps that handle no items', () => {
    expect(told('StoreUnavailableError', 'no answer', 'begin').message).toBe('no answer');
    expect(told('StoreUnavailableError', 'no answer; {"id":"o-1"} is not acknowledged', 'migrate').message).toBe(left);
  });

  test('is cut to a thousand characters', () => {
    const message = 'x'.repeat(5_000);
    expect(told('InputError', message).message).toBe(shortened(message, 1_000));
  });
});

describe('the command that shows a run', () => {
  test.each([
    ['dynamodb://eu-west-1/carryover-ledger', 'carryover status r --ledger dynamodb://eu-west-1'],
    ['dynamodb://eu-west-1/shop-carryover-ledger', 'carryover status r --ledger dynamodb://eu-west-1/shop-'],
    ['dynamodb://eu-west-1/Shop-Migrations-ledger', 'carryover status r --stack Shop-Migrations'],
    ['the folder .carryover/ledger', 'carryover status r'],
  ])('names the ledger %s where the command line would find it', (location, expected) => {
    expect(statusCommand('r', { location })).toBe(expected);
  });
});
