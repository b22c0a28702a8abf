import { startEngine } from './embedded-dynamodb-engine.js';

export interface EmbeddedDynamodb {
  /** `http://127.0.0.1:PORT`; any region and credentials will do. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts an embedded DynamoDB in memory. */
export async function startEmbeddedDynamodb(): Promise<EmbeddedDynamodb> {
  const engine = await startEngine();
  return { endpoint: `http://127.0.0.1:${engine.port}`, stop: () => engine.stop() };
}
