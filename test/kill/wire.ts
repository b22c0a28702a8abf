/** What becomes of the request that is under way when the command is killed. */
export type Fate =
  /** It never reaches the engine. */
  | 'lost'
  /** The engine does it, and nobody hears the answer. */
  | 'unheard'
  /** It reaches the engine after the command's death. */
  | 'late';

export const fates: readonly Fate[] = ['lost', 'unheard', 'late'];

/** A request as a wire sees it. */
export interface WireRequest {
  /** The engine that it goes to: `source`, `target`, `ledger`. */
  readonly wire: string;
  /** `BatchWriteItem`, `COMMIT`. */
  readonly operation: string;
  /** The JSON of a DynamoDB request, the text of an SQL statement. */
  readonly body: unknown;
}

export interface WireListener {
  /** Asked for each request before it is sent on; a fate keeps it on the wire until `settle`. */
  onRequest(request: WireRequest): Fate | undefined;
  /** Told of each request that the engine has done, before the answer goes back. */
  onDone(request: WireRequest): void;
}

/** The line between the command and an engine: it sees all requests, and can keep one of them. */
export interface Wire {
  readonly name: string;
  listener: WireListener | undefined;
  /** Where the engine is now: it may be started anew at another port. */
  engine: string;
  /** Requests of the command that it has no answer to, and open transactions. */
  underWay(): number;
  /** After the command's death: the kept request meets its fate, and whatever was under way has ended. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}
