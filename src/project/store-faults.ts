import { connectionsOfACall, leastCeiling } from '../connection-ceiling.js';
import type { Fault } from '../errors.js';
import type { StoreUrl } from '../stores/store-url.js';
import { iamFaults } from './iam-faults.js';

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html#iam-resources */
const wholeSecretArn = /^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+$/;

/** What does not fit together in a declaration whose URL is good; fields of the wrong type are found elsewhere. */
export function storeFaults(field: string, declaration: Record<string, unknown>, url: StoreUrl): Fault[] {
  const { role, allowReplace, secretArn } = declaration;
  return [
    ...(role === 'source' && allowReplace === true
      ? [
          {
            field: `${field}.allowReplace`,
            message: 'lets runs drop tables of a store that is only read: leave it out',
          },
        ]
      : []),
    ...(typeof secretArn === 'string' ? secretFaults(`${field}.secretArn`, secretArn, url) : []),
    ...iamFaults(field, declaration, url),
    ...ceilingFaults(`${field}.maxConnections`, declaration['maxConnections'], url),
    ...(url.kind === 'dynamodb' ? tableFaults(`${field}.tables`, declaration['tables']) : []),
  ];
}

function secretFaults(field: string, secretArn: string, url: StoreUrl): Fault[] {
  const faults: Fault[] = [];
  if (url.kind !== 'postgres')
    faults.push({ field, message: 'belongs to PostgreSQL stores: the others take the credentials of the AWS chain' });
  if (!wholeSecretArn.test(secretArn))
    faults.push({
      field,
      message:
        'is no ARN of a secret: give it whole, like arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf',
    });
  return faults;
}

function ceilingFaults(field: string, maxConnections: unknown, url: StoreUrl): Fault[] {
  if (typeof maxConnections !== 'number') return [];
  if (url.kind !== 'postgres')
    return [{ field, message: 'belongs to PostgreSQL stores: the others hold no connections' }];
  if (maxConnections >= leastCeiling) return [];
  const message = `is ${maxConnections}: a unit of work takes up to ${connectionsOfACall} connections, and so does one call beside it: give ${leastCeiling} or more`;
  return [{ field, message }];
}

/** The names become resources of IAM policies, where `?` and `${…}` would mean more than themselves. */
function tableFaults(field: string, tables: unknown): Fault[] {
  if (!Array.isArray(tables)) return [];
  return tables.flatMap((table: unknown, index) =>
    typeof table !== 'string' || /^[A-Za-z0-9_.*-]*$/.test(table)
      ? []
      : [
          {
            field: `${field}[${index}]`,
            message: `"${table}" is no name in DynamoDB: give letters, digits, "_", "-", ".", and "*" for any of them`,
          },
        ],
  );
}
