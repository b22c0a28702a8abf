import type { Fault } from '../errors.js';
import type { PostgresUrl, StoreUrl } from '../stores/store-url.js';

const region = /^[a-z]{2}(-[a-z]+)+-\d$/;
/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html */
const resourceId = /^(db|cluster|prx)-[A-Za-z0-9]+$/;
/** The name becomes the end of a resource of IAM policies, where "*", "?" and "${…}" would mean more than themselves. */
const plainUser = /^[\w.@+-]+$/;

/** What is wrong with the `iam` of a declaration; fields of the wrong type are found elsewhere. */
export function iamFaults(store: string, { iam, secretArn }: Record<string, unknown>, url: StoreUrl): Fault[] {
  if (typeof iam !== 'object' || iam === null) return [];
  const field = `${store}.iam`;
  if (url.kind !== 'postgres')
    return [{ field, message: 'belongs to PostgreSQL stores: DynamoDB and S3 are opened by roles anyway' }];
  const given = iam as Record<string, unknown>;
  return [
    ...fault(secretArn !== undefined, field, 'stands beside a secretArn: give one of the two'),
    ...fault(
      typeof given['region'] === 'string' && !region.test(given['region']),
      `${field}.region`,
      'is no region: give the one of the database, like eu-west-1',
    ),
    ...fault(
      typeof given['resourceId'] === 'string' && !resourceId.test(given['resourceId']),
      `${field}.resourceId`,
      'is no resource id: give the one that RDS shows for the instance (db-…), the cluster (cluster-…) or the proxy (prx-…)',
    ),
    ...urlFaults(`${store}.url`, url),
  ];
}

/** What a token is made for: it is signed with user, host and port. */
function urlFaults(field: string, { connectionString }: PostgresUrl): Fault[] {
  const { username, password, hostname, searchParams } = new URL(connectionString);
  const host = searchParams.get('host') ?? hostname;
  const user = username.replaceAll('%40', '@');
  return [
    ...fault(user === '', field, 'names no user, whom "iam" is to let in: give postgres://USER@HOST/…'),
    ...fault(
      user !== '' && !plainUser.test(user),
      field,
      `names the user "${user}", who would be another in an IAM policy: give one of letters, digits, "_", "-", ".", "@" and "+"`,
    ),
    ...fault(password !== '', field, 'holds a password, and "iam" is to give it: leave it out'),
    ...fault(
      /^$|^\/|^%2f/i.test(host),
      field,
      'names no host: a token of "iam" is for the address of an RDS instance, cluster or proxy',
    ),
  ];
}

function fault(wrong: boolean, field: string, message: string): Fault[] {
  return wrong ? [{ field, message }] : [];
}
