import type { TableDescription as EngineTable } from '@aws-sdk/client-dynamodb';
import type { KeyValueStore } from '../../kv/key-value-store.js';
import {
  forgetOriginalDescription,
  loadOriginalDescription,
  saveOriginalDescription,
} from '../original-description.js';
import type { Fence, TableDescription } from '../store.js';
import { createdIdentity } from './create.js';
import {
  describeEngineTable,
  describePhysical,
  findEngineTable,
  identityOf,
  keyOfTable,
  type TableAccess,
} from './describe.js';
import { formOf, type TableForm } from './table-form.js';

/**
 * What a description is saved under before its table is made and has an identity: a Setup that was killed in between
 * finds it again. A table that somebody else made has none, and stays what it is.
 */
const notMadeYet = 'not made yet';

/** The descriptions of tables that came from another engine, by table and identity. */
export class Originals {
  constructor(private readonly keyValues: KeyValueStore) {}

  /** The table as the engine it came from described it; a table of DynamoDB's own as it is. */
  async describe(access: TableAccess): Promise<TableDescription> {
    const engineTable = await describeEngineTable(access);
    const original = await this.find(access.table, identityOf(engineTable));
    if (original === undefined) return describePhysical(access, engineTable);
    return {
      ...original,
      ...(engineTable.ItemCount === undefined ? {} : { items: engineTable.ItemCount }),
      ...(engineTable.TableSizeBytes === undefined ? {} : { sizeBytes: engineTable.TableSizeBytes }),
    };
  }

  /** How the table's items are stored. Asks for no more than that: each call of each unit begins with it. */
  async form(access: TableAccess): Promise<TableForm> {
    const engineTable = await describeEngineTable(access);
    const original = await this.find(access.table, identityOf(engineTable));
    const own = {
      name: access.table,
      key: keyOfTable(engineTable),
      origin: { engine: 'dynamodb', metadata: null },
    } as const;
    return formOf(original ?? own);
  }

  /** Makes the table by `make` and keeps its description when another engine wrote it. */
  async create(
    access: TableAccess,
    description: TableDescription,
    make: () => Promise<EngineTable>,
    fence: Fence | undefined,
  ): Promise<EngineTable> {
    if (description.origin.engine === 'dynamodb') return make();
    const found = await findEngineTable(access);
    if (found === undefined || found.TableStatus === 'DELETING') await this.save(description, notMadeYet, fence);
    const engineTable = await make();
    const identity = createdIdentity(engineTable);
    const isOurs = identity !== '' && (await this.find(access.table, notMadeYet)) !== undefined;
    if (isOurs) await this.save(description, identity, fence);
    return engineTable;
  }

  /** A table that was dropped is no longer the one that came from elsewhere. */
  forget(table: string): Promise<void> {
    return forgetOriginalDescription(this.keyValues, table);
  }

  private find(table: string, identity: string): Promise<TableDescription | undefined> {
    return loadOriginalDescription(this.keyValues, table, identity);
  }

  private save(description: TableDescription, identity: string, fence: Fence | undefined): Promise<void> {
    fence?.assertMaySend();
    return saveOriginalDescription(this.keyValues, description, identity);
  }
}
