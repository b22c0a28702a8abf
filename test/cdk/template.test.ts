import { synthesised } from './synthesised.js';
import { wholeDeployment, wholeProject } from './whole-deployment.js';

const { template } = synthesised(wholeProject, wholeDeployment);

/** Without the definition, which has its own tests, and what changes with each edit of a function or of CDK: hashes of code and versions. */
function stable(value: unknown, name = ''): unknown {
  if (typeof value === 'string')
    return value
      .replaceAll(/\b[0-9a-f]{64}\b/g, '(hash)')
      .replaceAll(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1(hash)');
  if (Array.isArray(value)) return value.map((each) => stable(each));
  if (typeof value !== 'object' || value === null) return value;
  if (name === 'DefinitionString') return '(definition)';
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      stable(key),
      key === 'DefinitionString' ? '(definition)' : stable(each, key),
    ]),
  );
}

const json = template.toJSON() as { Resources: Record<string, { Type: string; DeletionPolicy?: string }> };

describe('the template of a deployment that has everything in it', () => {
  it('is what was looked at last: a change of it is looked at again', () => {
    expect(stable(json)).toMatchSnapshot();
  });

  it('never deletes data unasked: tables and dead letters stay, and nothing else holds any', () => {
    const holding = [
      'AWS::DynamoDB::Table',
      'AWS::SQS::Queue',
      'AWS::S3::Bucket',
      'AWS::RDS::DBInstance',
      'AWS::KMS::Key',
    ];
    const held = Object.entries(json.Resources).filter(([, { Type }]) => holding.includes(Type));
    const kept = held.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain').map(([id]) => id);
    expect(kept.map((id) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
      'CarryoverDeadLettersQueue',
      'CarryoverLedgerTable',
      'Key',
    ]);
    // What waits there is told again by EventBridge's rule, or lies with the dead letters.
    expect(held.filter(([id]) => !kept.includes(id)).map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'CarryoverEndEnds',
    ]);
  });

  it('has room within what CloudFormation takes', () => {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    expect(Object.keys(json.Resources).length).toBeLessThan(250);
    expect(JSON.stringify(json).length).toBeLessThan(500_000);
  });
});
