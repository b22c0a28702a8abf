import type { Fault } from '../errors.js';
import type { ParsedStoreUrl, PostgresUrl } from './store-url.js';
import { parameterFaults, parameterText, urlOf, type MakeFault } from './url-parameters.js';

/** The parameters of libpq that make sense here: https://www.postgresql.org/docs/current/libpq-connect.html */
const connectionParameters = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'application_name',
  'host',
  'port',
  'connect_timeout',
];

/** Those that `pg` takes for the strictest, and says so at each start; they are written as what they are. */
const strictModes = ['prefer', 'require', 'verify-ca', 'verify-full'];
const sslModes = ['disable', 'no-verify', ...strictModes];

/** `postgres://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE?schema=…` or `postgres://embedded?path=DIR&schema=…`. */
export function parsePostgresUrl(text: string, fault: MakeFault): ParsedStoreUrl {
  const parsed = urlOf(text, fault);
  if ('faults' in parsed) return parsed;
  const { url } = parsed;
  // Nothing of such a URL is repeated: what stands before the "@" is the end of a password that was cut at a "/" or "?".
  if (url.pathname.includes('@') || [...url.searchParams.keys()].some((name) => name.includes('@')))
    return { faults: [fault('has an "@" behind its host: in user and password, write "/" as %2F and "?" as %3F')] };
  const schema = url.searchParams.get('schema') ?? 'public';
  if (url.hostname === 'embedded') {
    const faults = parameterFaults(url, ['path', 'schema'], fault);
    const path = url.searchParams.get('path');
    if (path === null) faults.push(fault('is embedded and needs the folder of its data: ?path=DIR'));
    if (url.pathname.length > 1)
      faults.push(fault(`names the database "${url.pathname.slice(1)}": an embedded server has one of its own`));
    return faults.length > 0 ? { faults } : { url: { kind: 'embedded-postgres', path: path ?? '', schema } };
  }
  const faults = parameterFaults(url, ['schema', ...connectionParameters], fault);
  if (url.pathname.split('/').length > 2) faults.push(fault(`has the path "${url.pathname}": give one database name`));
  if (/^(pg_|information_schema$)/.test(schema))
    faults.push(fault(`names the schema "${schema}", which is the system's own`));
  faults.push(...valueFaults(url.searchParams, fault));
  if (faults.length > 0) return { faults };
  url.searchParams.delete('schema');
  if (strictModes.includes(url.searchParams.get('sslmode') ?? '')) url.searchParams.set('sslmode', 'verify-full');
  return { url: { kind: 'postgres', connectionString: url.toString(), schema } };
}

/** Values of which `pg` would make something else, or nothing at all, without a word. */
function valueFaults(parameters: URLSearchParams, fault: MakeFault): Fault[] {
  const mode = parameters.get('sslmode');
  const faults =
    mode === null || sslModes.includes(mode)
      ? []
      : [fault(`has the sslmode "${mode}": give one of ${sslModes.join(', ')}`)];
  for (const [name, most] of [['port', 65_535] as const, ['connect_timeout', 3_600] as const]) {
    const text = parameters.get(name) ?? '1';
    if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > most)
      faults.push(fault(`has the ${name} "${text}": give a whole number from 1 to ${most}`));
  }
  return faults;
}

const defaultPort = '5432';

/**
 * A database and schema for people: without password and without what only says how to connect. One server has one
 * location, however its host and port are written: a parameter counts before the place in the URL, as in `pg`, a socket's
 * folder is a host, and the default port is left out.
 */
export function postgresLocation({ connectionString, schema }: PostgresUrl): string {
  const { username, hostname, port: ownPort, pathname, searchParams } = new URL(connectionString);
  const host = hostText(searchParams.get('host') ?? hostname);
  const port = searchParams.get('port') ?? ownPort;
  const portText = port === '' || port === defaultPort ? '' : host === '' ? `&port=${port}` : `:${port}`;
  const user = username === '' || host === '' ? '' : `${username}@`;
  const at = host === '' ? '' : `${user}${host}${portText}`;
  return `postgres://${at}${pathname}?schema=${parameterText(schema)}${host === '' ? portText : ''}`;
}

/** A host in one spelling; the folder of a socket is escaped and keeps its case. */
function hostText(host: string): string {
  if (host.startsWith('/')) return encodeURIComponent(host);
  return /^%2f/i.test(host) ? encodeURIComponent(decodeURIComponent(host)) : host.toLowerCase();
}
