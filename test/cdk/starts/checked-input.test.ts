import { Token } from 'aws-cdk-lib';
import { executionInputFaults } from '../../../cdk/starts/checked-input.js';
import { parseExecutionInput } from '../../../src/engine/runs/execution-input.js';

const faultsOf = (input: object): string[] =>
  executionInputFaults('input', input).map(({ field, message }) => `${field}: ${message}`);

describe('an input that a schedule or a deployment starts runs with', () => {
  it.each([{ up: {} }, { up: { to: 5 } }, { cleanup: {} }, { copy: { from: 'a', to: 'b', concurrency: 4 } }])(
    'may be %j, as for Begin',
    (input) => {
      expect(faultsOf(input)).toEqual([]);
      expect(() => parseExecutionInput(input)).not.toThrow();
    },
  );

  it.each([
    [{}, ['input: asks for nothing: give one of copy, export, import, up, cleanup']],
    [{ up: {}, copy: { from: 'a', to: 'b' } }, [expect.stringMatching(/^input: asks for up and copy: give one of/)]],
    [
      { up: { to: 0, partitions: 1 } },
      [expect.stringMatching(/^input\.up\.to: /), expect.stringMatching(/^input\.up\.partitions: is not known here/)],
    ],
    [{ copy: { from: 'a' } }, [expect.stringMatching(/^input\.copy\.to: is missing/)]],
  ])('is refused as Begin would refuse %j, all faults together', (input, faults) => {
    expect(faultsOf(input)).toEqual(expect.arrayContaining(faults));
    expect(faultsOf(input)).toHaveLength(faults.length);
    expect(() => parseExecutionInput(input)).toThrow();
  });

  it('is not looked at where CloudFormation fills it in', () => {
    expect(
      faultsOf({ up: { partition: Token.asString({ Ref: 'Tenant' }), concurrency: Token.asNumber({ Ref: 'Many' }) } }),
    ).toEqual([]);
  });
});
