import { ulid } from 'ulid';
import type { Dependencies } from '../engine/dependencies.js';
import { InputError } from '../errors.js';
import { openDynamodbLedger } from '../ledger/dynamodb-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import { noMigrations, type Registry } from '../migrations/registry.js';
import type { Project } from '../project.js';
import { withDefaults, type Settings } from '../settings.js';
import { locationOf, parseStoreUrl } from '../stores/store-url.js';
import { systemClock } from '../system-clock.js';
import { localStores } from './local-stores.js';
import { startEngine } from './open-local-store.js';

export interface LocalRuntimeOptions {
  readonly project: Project;
  /** The project's migrations; none for commands that do without. */
  readonly registry?: Registry;
  /** For the lease and the ledger. */
  readonly who: string;
  readonly where: string;
  /** For looking alone: a ledger that is not there is not made, and asking it throws TableNotFoundError. */
  readonly readOnly?: boolean;
}

export interface LocalRuntime {
  readonly dependencies: Dependencies;
  /** Closes the stores and the ledger, and stops the engines that this process started. */
  close(): Promise<void>;
}

/** Where runs are recorded unless the project says otherwise. */
export const defaultLedger = 'dynamodb://embedded?path=.carryover/ledger';

/** What the steps run in on a laptop: the ledger and the stores of the project, embedded engines started as needed. */
export async function openLocalRuntime(options: LocalRuntimeOptions): Promise<LocalRuntime> {
  const { project, registry = noMigrations, who, where, readOnly = false } = options;
  const settings = withDefaults(project.settings);
  const ledger = await openLocalLedger(project.ledger ?? defaultLedger, settings);
  if (!readOnly) await made(ledger);
  const stores = localStores(project, settings);
  return {
    dependencies: {
      project,
      registry,
      settings,
      ledger: ledger.ledger,
      clock: systemClock,
      openStore: stores.openStore,
      openKeyValueDriver: stores.openKeyValueDriver,
      who,
      where,
      newId: () => ulid(),
      heldLeases: new Map(),
    },
    async close() {
      await stores.close();
      await ledger.close();
    },
  };
}

interface OpenedLedger {
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/** Makes the ledger's table where it is missing; its engine does not outlive a failure. */
async function made({ ledger, close }: OpenedLedger): Promise<void> {
  try {
    await ledger.ensure();
  } catch (error) {
    await close();
    throw error;
  }
}

async function openLocalLedger(text: string, settings: Settings): Promise<OpenedLedger> {
  const parsed = parseStoreUrl(text, '--ledger');
  if ('faults' in parsed) throw new InputError(parsed.faults);
  const { url, stop } = await startEngine(parsed.url);
  if (url.kind !== 'dynamodb') {
    const message = `"${locationOf(url)}" is no DynamoDB store: the ledger is a dynamodb:// URL`;
    throw new InputError([{ field: '--ledger', message }]);
  }
  const { region, prefix, kind: _kind, ...access } = url;
  const ledger = openDynamodbLedger({
    ...access,
    region,
    table: `${prefix}carryover-ledger`,
    location: locationOf(parsed.url),
    requestTimeoutMs: settings.requestTimeoutMs,
  });
  return {
    ledger,
    async close() {
      await ledger.close();
      await stop();
    },
  };
}
