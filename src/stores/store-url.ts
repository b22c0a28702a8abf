import { resolve } from 'node:path';
import type { Fault } from '../errors.js';
import type { KeyColumn } from './store.js';
import { parseArchiveUrl, parseS3Url } from './archive-url.js';
import { parseDynamodbUrl } from './dynamodb-url.js';
import { parsePostgresUrl, postgresLocation } from './postgres-url.js';
import { parameterText, pathText } from './url-parameters.js';

/** A store's URL, taken apart. */
export type StoreUrl =
  DynamodbUrl | EmbeddedDynamodbUrl | PostgresUrl | EmbeddedPostgresUrl | ArchiveUrl | S3Url | MemoryUrl;

export interface AwsAccess {
  readonly region?: string;
  readonly endpoint?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
}

export interface DynamodbUrl extends AwsAccess {
  readonly kind: 'dynamodb';
  readonly region: string;
  readonly prefix: string;
}

export interface EmbeddedDynamodbUrl {
  readonly kind: 'embedded-dynamodb';
  readonly path: string;
  readonly prefix: string;
}

export interface PostgresUrl {
  readonly kind: 'postgres';
  /** As libpq understands it, less `schema`; what it leaves out comes from the PG* variables. Holds the password, if any. */
  readonly connectionString: string;
  readonly schema: string;
}

export interface EmbeddedPostgresUrl {
  readonly kind: 'embedded-postgres';
  readonly path: string;
  readonly schema: string;
}

export interface ArchiveUrl {
  readonly kind: 'archive';
  readonly path: string;
  readonly key?: readonly KeyColumn[];
}

export interface S3Url extends AwsAccess {
  readonly kind: 's3';
  readonly bucket: string;
  readonly prefix: string;
  readonly key?: readonly KeyColumn[];
}

export interface MemoryUrl {
  readonly kind: 'memory';
  readonly name: string;
}

export type ParsedStoreUrl = { readonly url: StoreUrl } | { readonly faults: readonly Fault[] };

const forms =
  'dynamodb://REGION[/PREFIX], dynamodb://embedded?path=DIR, postgres://…?schema=…, postgres://embedded?path=DIR, archive:DIR, s3://bucket/prefix';

/** Takes a store's URL apart. All faults together; `field` is where the URL was given. No fault repeats a password. */
export function parseStoreUrl(text: string, field = 'store'): ParsedStoreUrl {
  const fault = (message: string): Fault => ({ field, message });
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined)
    return { faults: [fault(`"${withoutCredentials(text)}" is not a store URL: give one of ${forms}`)] };
  switch (scheme) {
    case 'dynamodb':
      return parseDynamodbUrl(text, fault);
    case 'postgres':
    case 'postgresql':
      return parsePostgresUrl(text, fault);
    case 'archive':
      return parseArchiveUrl(text, fault);
    case 's3':
      return parseS3Url(text, fault);
    case 'memory':
      return { url: { kind: 'memory', name: text.slice('memory:'.length) } };
    default:
      return { faults: [fault(`"${scheme}:" is no kind of store: give one of ${forms}`)] };
  }
}

/** Whether it lies on the machine that opens it, so that functions find nothing of it. */
export function liesOnThisMachine({ kind }: StoreUrl): boolean {
  return kind === 'archive' || kind === 'embedded-dynamodb' || kind === 'embedded-postgres';
}

/** Whether a text is meant as a URL; else it is a name that the project declares. */
export function looksLikeUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text);
}

/** A text that may be a URL gone wrong, for messages: what stands before an "@" may be a password. */
export function withoutCredentials(text: string): string {
  return text.replace(/^.*@/s, '…@');
}

/**
 * The URL for people, the ledger and errors: no password, no token. Two stores of one location are the same store, from
 * whatever folder a command runs: paths are absolute.
 */
export function locationOf(url: StoreUrl): string {
  switch (url.kind) {
    case 'dynamodb':
      return `dynamodb://${url.region}/${url.prefix}${accessText(url, ['endpoint', 'profile', 'roleArn'])}`;
    case 'embedded-dynamodb':
      return `dynamodb://embedded${url.prefix === '' ? '' : `/${url.prefix}`}?path=${parameterText(resolve(url.path))}`;
    case 'postgres':
      return postgresLocation(url);
    case 'embedded-postgres':
      return `postgres://embedded?path=${parameterText(resolve(url.path))}&schema=${parameterText(url.schema)}`;
    case 'archive':
      return `archive:${resolve(url.path)}`;
    case 's3':
      return `s3://${url.bucket}/${pathText(url.prefix)}${accessText(url, ['region', 'endpoint', 'profile', 'roleArn'])}`;
    case 'memory':
      return `memory:${url.name}`;
  }
}

/** The parameters that tell one account or server from another. */
function accessText(url: AwsAccess, names: readonly (keyof AwsAccess)[]): string {
  const given = names.flatMap((name) => (url[name] === undefined ? [] : [`${name}=${parameterText(url[name])}`]));
  return given.length === 0 ? '' : `?${given.join('&')}`;
}
