import type { ParsedStoreUrl } from './store-url.js';
import { awsAccess, awsParameters, parameterFaults, regionFaults, urlOf, type MakeFault } from './url-parameters.js';

/** `dynamodb://REGION[/PREFIX]?endpoint=…&roleArn=…&externalId=…&profile=…` or `dynamodb://embedded[/PREFIX]?path=DIR`. */
export function parseDynamodbUrl(text: string, fault: MakeFault): ParsedStoreUrl {
  const parsed = urlOf(text, fault);
  if ('faults' in parsed) return parsed;
  const { url } = parsed;
  const region = url.hostname;
  const prefix = decodeURIComponent(url.pathname.replace(/^\//, ''));
  const faults = /^[a-zA-Z0-9_.-]*$/.test(prefix)
    ? []
    : [fault(`has the prefix "${prefix}": table names hold letters, digits, "_", "-" and "." only`)];
  if (url.port !== '')
    faults.push(fault(`has the port ${url.port}: name another server with ?endpoint=http://HOST:PORT`));
  if (region === 'embedded') {
    faults.push(...parameterFaults(url, ['path'], fault));
    const path = url.searchParams.get('path');
    if (path === null) faults.push(fault('is embedded and needs the folder of its data: ?path=DIR'));
    return faults.length > 0 ? { faults } : { url: { kind: 'embedded-dynamodb', path: path ?? '', prefix } };
  }
  const { access, faults: accessFaults } = awsAccess(url, fault);
  faults.push(...parameterFaults(url, awsParameters, fault), ...regionFaults(region, fault), ...accessFaults);
  return faults.length > 0 ? { faults } : { url: { ...access, kind: 'dynamodb', region, prefix } };
}
