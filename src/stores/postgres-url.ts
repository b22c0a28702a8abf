import type { ParsedStoreUrl } from './store-url.js';
import { parameterFaults, urlOf, type MakeFault } from './url-parameters.js';

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

/** `postgres://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE?schema=…` or `postgres://embedded?path=DIR&schema=…`. */
export function parsePostgresUrl(text: string, fault: MakeFault): ParsedStoreUrl {
  const parsed = urlOf(text, fault);
  if ('faults' in parsed) return parsed;
  const { url } = parsed;
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
  if (faults.length > 0) return { faults };
  url.searchParams.delete('schema');
  return { url: { kind: 'postgres', connectionString: url.toString(), schema } };
}
