import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DeployedStore } from '../../src/project/deployed-stores.js';
import type { Need } from './store-needs.js';

type Place = 'bucket' | 'uploads' | 'archive' | 'state';

const replacing = {
  archive: ['PutObject', 'DeleteObject', 'AbortMultipartUpload'],
  uploads: ['ListBucketMultipartUploads'],
};

/** The requests behind each need. An archive's tables are folders; parts that were cut short are replaced whole. */
const actionsOfNeeds: Readonly<Record<Need, Partial<Record<Place, readonly string[]>>>> = {
  list: { bucket: ['ListBucket'] },
  describe: { bucket: ['ListBucket'], archive: ['GetObject'] },
  inspect: {},
  read: { bucket: ['ListBucket'], archive: ['GetObject'] },
  create: { bucket: ['ListBucket'], archive: ['GetObject', 'PutObject'] },
  drop: replacing,
  remove: {},
  write: replacing,
  finish: replacing,
  'read-entries': {},
  'write-entries': {},
  'make-state': {},
  'read-state': { bucket: ['ListBucket'], state: ['GetObject'] },
  state: { bucket: ['ListBucket'], state: ['GetObject', 'PutObject', 'DeleteObject'] },
};

/** Rights on an archive: its bucket's listing below the prefix, and its objects. */
export function s3Statements(
  { url }: DeployedStore & { readonly url: { readonly kind: 's3' } },
  needs: ReadonlySet<Need>,
  stack: Stack,
): PolicyStatement[] {
  const bucket = `arn:${stack.partition}:s3:::${url.bucket}`;
  const folder = url.prefix === '' ? '' : `${url.prefix}/`;
  const resources: Record<Place, string> = {
    bucket,
    uploads: bucket,
    archive: `${bucket}/${folder}*`,
    state: `${bucket}/${folder}carryover/*`,
  };
  return (['bucket', 'uploads', 'archive', 'state'] as const).flatMap((place) => {
    const actions = new Set([...needs].flatMap((need) => actionsOfNeeds[need][place] ?? []));
    if (actions.size === 0) return [];
    return [
      new PolicyStatement({
        actions: [...actions].sort().map((action) => `s3:${action}`),
        resources: [resources[place]],
        ...(place === 'bucket' && folder !== ''
          ? { conditions: { StringLike: { 's3:prefix': [folder, `${folder}*`] } } }
          : {}),
      }),
    ];
  });
}
