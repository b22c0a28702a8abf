import type { Fault } from '../errors.js';
import type { AwsAccess } from './store-url.js';
import type { KeyColumn } from './store.js';

export type MakeFault = (message: string) => Fault;

/** The text behind the scheme as a URL; a fault where it is none, without repeating what may hold a password. */
export function urlOf(text: string, fault: MakeFault): { url: URL } | { faults: Fault[] } {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return {
      faults: [
        fault('does not parse as a URL: check its host, port and brackets, and percent-encode special characters'),
      ],
    };
  }
  try {
    for (const part of [url.pathname, url.username, url.password]) decodeURIComponent(part);
  } catch {
    return { faults: [fault('holds a "%" that is no percent escape: write it as %25')] };
  }
  return url.hash === ''
    ? { url }
    : { faults: [fault('ends in a fragment ("#…"), which no store has: write "#" as %23')] };
}

/** Faults of parameters that are not known, repeated or empty. */
export function parameterFaults(url: URL, known: readonly string[], fault: MakeFault): Fault[] {
  const names = [...new Set(url.searchParams.keys())];
  return names.flatMap((name) => {
    const values = url.searchParams.getAll(name);
    if (!known.includes(name))
      return [fault(`has the parameter "${name}", which it does not know: it knows ${known.join(', ')}`)];
    if (values.length > 1) return [fault(`gives the parameter "${name}" ${values.length} times: give it once`)];
    return values[0] === '' ? [fault(`gives the parameter "${name}" no value`)] : [];
  });
}

export const awsParameters = ['endpoint', 'profile', 'roleArn', 'externalId'] as const;

/** The parameters that say how AWS is reached, with their faults. */
export function awsAccess(url: URL, fault: MakeFault): { access: AwsAccess; faults: Fault[] } {
  const faults: Fault[] = [];
  const access = Object.fromEntries(
    ['region', ...awsParameters].flatMap((name) => {
      const value = url.searchParams.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
  ) as AwsAccess;
  if (access.endpoint !== undefined) faults.push(...endpointFaults(access.endpoint, fault));
  if (access.roleArn !== undefined && !/^arn:aws[\w-]*:iam::\d{12}:role\/.+/.test(access.roleArn))
    faults.push(fault(`has the roleArn "${access.roleArn}": give one like arn:aws:iam::123456789012:role/NAME`));
  if (access.externalId !== undefined && access.roleArn === undefined)
    faults.push(fault('gives an externalId without a roleArn, which it belongs to'));
  if (url.username !== '' || url.password !== '')
    faults.push(fault('holds a user or password: credentials come from the standard AWS chain, profile or roleArn'));
  return { access, faults };
}

function endpointFaults(endpoint: string, fault: MakeFault): Fault[] {
  if (endpoint.includes('@'))
    return [fault('has an endpoint with a user or password: give http://HOST:PORT or https://HOST:PORT')];
  return /^https?:\/\/[^/]/.test(endpoint) && URL.canParse(endpoint)
    ? []
    : [fault(`has the endpoint "${endpoint}": give http://HOST:PORT or https://HOST:PORT`)];
}

/** AWS's region names: https://docs.aws.amazon.com/general/latest/gr/rande.html */
export function regionFaults(region: string, fault: MakeFault): Fault[] {
  return /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region)
    ? []
    : [fault(`has the region "${region}": give one like eu-west-1${region === '' ? ', or "embedded"' : ''}`)];
}

/** `pk:S,sk:N`: the key of an export that does not tell its own. */
export function keyColumns(text: string | null, fault: MakeFault): { key?: KeyColumn[]; faults: Fault[] } {
  if (text === null) return { faults: [] };
  const key = text.split(',').map((part) => /^(.+):([SNB])$/.exec(part));
  const columns = key.flatMap((match) =>
    match === null ? [] : [{ name: match[1] ?? '', type: match[2] as 'S' | 'N' | 'B' }],
  );
  if (columns.length === key.length && columns.length <= 2) return { key: columns, faults: [] };
  return { faults: [fault(`has the key "${text}": give one or two attributes with their types, like pk:S,sk:N`)] };
}

/** A value as it stands in a location: escaped where a URL needs it, and legible else. */
export function parameterText(value: string): string {
  return encodeURIComponent(value).replace(/%(2F|3A|40|2C)/g, (escape) => decodeURIComponent(escape));
}

/** A path of several segments in a location, each escaped. */
export function pathText(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
