import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Deployable, DeployedStore } from '../src/project/deployed-stores.js';

/** Tells at synth what a deployment leaves out of a project, and which of its stores gives functions more than a careful team would. */
export function warnOfStores(scope: IConstruct, { stores, localStores }: Deployable): void {
  const annotations = Annotations.of(scope);
  if (localStores.length > 0) {
    const message = `The command line alone can open ${localStores.join(', ')}: executions cannot.`;
    annotations.addWarningV2('carryover:localStores', message);
  }
  const open = stores.filter(isWholeRegion).map(({ name }) => name);
  if (open.length === 0) return;
  const message = `The functions get rights on every table of account and region by ${open.join(', ')}: give its URL a prefix (dynamodb://REGION/PREFIX), or name its tables.`;
  annotations.addWarningV2('carryover:allTables', message);
}

/** What stands behind a role is for the role's own policy to say. */
function isWholeRegion({ url, tables }: DeployedStore): boolean {
  return url.kind === 'dynamodb' && url.roleArn === undefined && url.prefix === '' && tables.includes('*');
}
