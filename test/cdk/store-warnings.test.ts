import { ArtifactMetadataEntryType } from 'aws-cdk-lib/cloud-assembly-schema';
import type { DeclaredStore } from '../../src/project.js';
import { synthesised } from './synthesised.js';

function warningsOf(stores: Readonly<Record<string, DeclaredStore>>): string[] {
  const { metadata } = synthesised({ stores }).carryover.node;
  return metadata.filter(({ type }) => type === String(ArtifactMetadataEntryType.WARN)).map(({ data }) => String(data));
}

const archive = { url: 's3://shop-archive' };

describe('synth tells', () => {
  it('nothing of stores that functions reach, by a prefix, by names or by a role', () => {
    const roleArn = 'arn:aws:iam::210987654321:role/reader';
    expect(
      warningsOf({
        archive,
        prefixed: { url: 'dynamodb://eu-west-1/shop-' },
        named: { url: 'dynamodb://eu-west-1', tables: ['orders', 'lines*'] },
        behind: { url: `dynamodb://eu-west-1?roleArn=${roleArn}` },
      }),
    ).toEqual([]);
  });

  it('which stores the command line alone can open', () => {
    expect(warningsOf({ archive, laptop: { url: 'dynamodb://embedded?path=data' } })).toEqual([
      expect.stringContaining('The command line alone can open laptop: executions cannot.'),
    ]);
  });

  it('by which stores functions would get rights on every table there is', () => {
    expect(warningsOf({ archive, all: { url: 'dynamodb://eu-west-1', role: 'target' } })).toEqual([
      expect.stringContaining('rights on every table of account and region by all: give its URL a prefix'),
    ]);
  });
});
