import { InputError, type Fault } from '../errors.js';
import { declaredStore, type Project, type RdsIam } from '../project.js';
import { parseStoreUrl, type DynamodbUrl, type PostgresUrl, type S3Url } from '../stores/store-url.js';
import { transportFaults } from './transport-faults.js';

/** A declared store that functions can reach, and what they may do with it. */
export interface DeployedStore {
  readonly name: string;
  readonly url: DynamodbUrl | PostgresUrl | S3Url;
  readonly isSource: boolean;
  readonly isTarget: boolean;
  /** Names of tables, with `*`. */
  readonly tables: readonly string[];
  readonly allowReplace: boolean;
  /** Migrations of the version chain may use it; `database`: the chain's version, lock and history lie in it. */
  readonly chain?: 'database' | 'store';
  readonly secretArn?: string;
  readonly iam?: RdsIam;
}

export interface Deployable {
  readonly stores: readonly DeployedStore[];
  /** Names of stores that only a laptop can open: embedded engines, folders, memory. */
  readonly localStores: readonly string[];
}

/**
 * The stores of a project as a deployment sees them. Throws InputError with all faults: a store that functions would
 * fail to open, one whose password would end up in their code, or one that they would reach unencrypted.
 */
export function deployedStores(project: Project): Deployable {
  const faults: Fault[] = [];
  const stores: DeployedStore[] = [];
  const localStores: string[] = [];
  for (const [name, declaration] of Object.entries(project.stores)) {
    const { url: text, role, tables = ['*'], allowReplace = false, secretArn, iam } = declaredStore(declaration);
    const parsed = parseStoreUrl(text, `stores.${name}`);
    if ('faults' in parsed) faults.push(...parsed.faults);
    else if (parsed.url.kind === 'dynamodb' || parsed.url.kind === 'postgres' || parsed.url.kind === 's3') {
      faults.push(...deploymentFaults(`stores.${name}`, parsed.url));
      const [isSource, isTarget] = [role !== 'target', role !== 'source'];
      const access = { ...(secretArn === undefined ? {} : { secretArn }), ...(iam === undefined ? {} : { iam }) };
      const chain = project.database === undefined ? {} : { chain: chainUse(project, name) };
      stores.push({ name, url: parsed.url, isSource, isTarget, tables, allowReplace, ...chain, ...access });
    } else localStores.push(name);
  }
  if (faults.length > 0) throw new InputError(faults);
  return { stores, localStores };
}

function chainUse({ database }: Project, name: string): 'database' | 'store' {
  return name === database ? 'database' : 'store';
}

function deploymentFaults(field: string, url: DeployedStore['url']): Fault[] {
  if (url.kind !== 'postgres')
    return url.profile === undefined
      ? []
      : [{ field, message: `names the profile "${url.profile}", which functions do not have: give a roleArn instead` }];
  const { password, host, searchParams } = new URL(url.connectionString);
  return [
    ...(password === ''
      ? []
      : [
          {
            field,
            message: 'holds a password, which would lie in the code of the functions: give a secretArn or iam instead',
          },
        ]),
    ...(host === '' && !searchParams.has('host')
      ? [{ field, message: 'names no host: functions have no PGHOST to take it from' }]
      : []),
    ...transportFaults(field, url),
  ];
}
