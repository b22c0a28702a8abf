import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClientConfig,
  type PutItemCommandInput,
  type QueryCommandInput,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { awsCredentials } from '../aws-credentials.js';
import type { Clock } from '../clock.js';
import { InputError, StoreUnavailableError, TableNotFoundError, ThrottledError } from '../errors.js';
import { failureOf, pauseMs, retryRules } from './request-failures.js';

/** An entry as DynamoDB gives and takes it. */
export type Attributes = Record<string, AttributeValue>;

/** The primary key of the ledger's table. */
export interface EntryKey {
  readonly partition: string;
  readonly entry: string;
}

export interface LedgerClientOptions {
  readonly region: string;
  readonly endpoint?: string;
  readonly table: string;
  /** A profile of the shared configuration files; the SDK's standard chain when neither this nor `credentials` is given. */
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly credentials?: NonNullable<DynamoDBClientConfig['credentials']>;
  /** The ledger's place for people and errors, without secrets. */
  readonly location: string;
  /** How long one request may take before it counts as lost. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  /** Called for each request that was throttled, those that succeed later too. */
  readonly onThrottled?: (() => void) | undefined;
}

/** As many units as run at a time send at once; more requests wait for a socket. */
const maxSockets = 128;

/**
 * The few requests that a ledger needs, each with a timeout of its own and sent again as `retryRules` says. Throws
 * ThrottledError and StoreUnavailableError after that, TableNotFoundError when the ledger is missing, InputError when
 * credentials or rights are refused, the engine's own ConditionalCheckFailedException when a condition fails.
 */
export class LedgerClient {
  readonly table: string;
  readonly location: string;
  readonly clock: Clock;
  readonly #requestTimeoutMs: number;
  readonly #onThrottled: (() => void) | undefined;
  readonly #dynamodb: DynamoDBClient;

  constructor(options: LedgerClientOptions) {
    this.table = options.table;
    this.location = options.location;
    this.clock = options.clock;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    this.#onThrottled = options.onThrottled;
    this.#dynamodb = createClient(options);
  }

  /** The entry as it is now, or undefined when there is none. */
  async get({ partition, entry }: EntryKey): Promise<Attributes | undefined> {
    const Key = { partition: { S: partition }, entry: { S: entry } };
    const command = new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true });
    const answer = await this.send((dynamodb, abortSignal) => dynamodb.send(command, { abortSignal }));
    return answer.Item;
  }

  async put(input: Omit<PutItemCommandInput, 'TableName'>): Promise<void> {
    const command = new PutItemCommand({ ...input, TableName: this.table });
    await this.send((dynamodb, abortSignal) => dynamodb.send(command, { abortSignal }));
  }

  /** Returns the attributes that `ReturnValues` asks for; none without it. */
  async update(
    { partition, entry }: EntryKey,
    input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
  ): Promise<Attributes> {
    const Key = { partition: { S: partition }, entry: { S: entry } };
    const command = new UpdateItemCommand({ ...input, TableName: this.table, Key });
    const answer = await this.send((dynamodb, abortSignal) => dynamodb.send(command, { abortSignal }));
    return answer.Attributes ?? {};
  }

  /** The entries of a query, page after page until the engine says that there are no more. */
  async *query(input: Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'>): AsyncIterable<Attributes> {
    let from: Attributes | undefined;
    do {
      const command = new QueryCommand({
        ...input,
        TableName: this.table,
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      });
      const page = await this.send((dynamodb, abortSignal) => dynamodb.send(command, { abortSignal }));
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  }

  async send<Answer>(request: (dynamodb: DynamoDBClient, signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(request);
      } catch (error) {
        const failure = failureOf(error);
        if (failure === 'throttled') this.#onThrottled?.();
        const rule = retryRules[failure];
        if (rule === undefined || attempt >= rule.attempts) throw this.#translated(error);
        await this.clock.sleep(pauseMs(rule, attempt, Math.random()));
      }
    }
  }

  close(): void {
    this.#dynamodb.destroy();
  }

  /**
   * The HTTP handler's own timeouts end with the answer's headers, and looking up credentials has none: this one is over
   * everything, and ends the connection, so that nothing is left hanging.
   */
  async #once<Answer>(request: (dynamodb: DynamoDBClient, signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const giveUp = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `nothing came within ${this.#requestTimeoutMs} ms`;
        reject(Object.assign(new Error(message), { name: 'TimeoutError' }));
        giveUp.abort();
      }, this.#requestTimeoutMs);
    });
    try {
      return await Promise.race([request(this.#dynamodb, giveUp.signal), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #translated(error: unknown): unknown {
    const cause = error instanceof Error ? error : new Error(String(error));
    const said = cause.message || cause.name;
    switch (failureOf(error)) {
      case 'throttled':
        return new ThrottledError(`the ledger in ${this.location} is throttled: ${said}`, { cause });
      case 'unavailable':
        return new StoreUnavailableError(`the ledger in ${this.location} does not answer: ${said}`, { cause });
      case 'absent':
        return Object.assign(new TableNotFoundError(this.table, this.location), { cause });
      case 'denied':
        // In the engine's words, which name principal and action.
        return this.#inputError(`DynamoDB does not allow it: ${said}`);
      case 'credentials':
        // In our own words and without cause: the engine repeats the request's authorization header in some of these.
        return this.#inputError(
          `DynamoDB did not accept the credentials (${cause.name}): check environment, profile or role`,
        );
      default:
        return error;
    }
  }

  #inputError(message: string): InputError {
    return new InputError([{ field: `ledger ${this.location}`, message }]);
  }
}

/** A client that sends nothing yet and never retries by itself: what is sent again is decided in one place. */
function createClient(options: LedgerClientOptions): DynamoDBClient {
  const { region, endpoint, requestTimeoutMs } = options;
  const credentials = options.credentials ?? awsCredentials(options);
  return new DynamoDBClient({
    region,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      requestTimeout: requestTimeoutMs,
      connectionTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets }),
      httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets }),
    }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
}
