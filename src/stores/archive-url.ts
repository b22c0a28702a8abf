import type { ParsedStoreUrl } from './store-url.js';
import {
  awsAccess,
  awsParameters,
  keyColumns,
  parameterFaults,
  regionFaults,
  urlOf,
  type MakeFault,
} from './url-parameters.js';

/** `archive:DIR[?key=pk:S,sk:N]`: a folder, absolute or from where the command runs. */
export function parseArchiveUrl(text: string, fault: MakeFault): ParsedStoreUrl {
  const rest = text.slice('archive:'.length);
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  const query = new URL(`archive:x${mark === -1 ? '' : rest.slice(mark)}`);
  const { key, faults: keyFaults } = keyColumns(query.searchParams.get('key'), fault);
  const faults = [...parameterFaults(query, ['key'], fault), ...keyFaults];
  if (path === '') faults.push(fault('names no folder: give archive:DIR'));
  if (path.startsWith('//'))
    faults.push(
      fault(`names "${path}", which looks like a host: give archive:DIR without "//", or s3://bucket/prefix`),
    );
  if (path.includes('\0')) faults.push(fault('holds a NUL, which no path may'));
  return faults.length > 0 ? { faults } : { url: { kind: 'archive', path, ...(key === undefined ? {} : { key }) } };
}

/** `s3://bucket/prefix?region=…&endpoint=…&profile=…&roleArn=…&externalId=…&key=…`. */
export function parseS3Url(text: string, fault: MakeFault): ParsedStoreUrl {
  const parsed = urlOf(text, fault);
  if ('faults' in parsed) return parsed;
  const { url } = parsed;
  const { access, faults: accessFaults } = awsAccess(url, fault);
  const { key, faults: keyFaults } = keyColumns(url.searchParams.get('key'), fault);
  const faults = [...parameterFaults(url, ['region', 'key', ...awsParameters], fault), ...accessFaults, ...keyFaults];
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  const bucket = url.hostname;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    const what = bucket === '' ? 'names no bucket' : `names the bucket "${bucket}"`;
    faults.push(fault(`${what}: give s3://BUCKET/PREFIX, the bucket 3 to 63 lower-case letters, digits, "-" and "."`));
  }
  if (access.region !== undefined) faults.push(...regionFaults(access.region, fault));
  const prefix = decodeURIComponent(url.pathname).replace(/^\/|\/$/g, '');
  return faults.length > 0
    ? { faults }
    : { url: { ...access, kind: 's3', bucket, prefix, ...(key === undefined ? {} : { key }) } };
}
