import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';

const progressSchema = z.strictObject({
  /** Chunks that are planned, each of them a unit. */
  chunks: z.int().nonnegative(),
  /** Partitions in them. */
  taken: z.int().nonnegative(),
  /** The listing goes on here behind them. */
  place: z.union([z.string(), z.int().nonnegative()]).optional(),
  /** The round has all its chunks. */
  complete: z.boolean(),
  /** The token of the run that has looked at the listing to its end. */
  token: z.int().optional(),
});

/** How far the planning of a round is. */
export type RoundProgress = z.infer<typeof progressSchema>;

const chunkSchema = z.strictObject({ partitions: z.array(z.string()).min(1) });

const nothingPlanned: RoundProgress = { chunks: 0, taken: 0, complete: false };

/** What is planned in one round of an attempt: documents of the ledger. What is there once is never replaced. */
export class RoundPlan {
  readonly #name: string;

  constructor(
    private readonly ledger: Ledger,
    private readonly attempt: string,
    /** Another one where the attempt has other plans beside: a partition that is migrated alone. */
    kind: string,
    round: number,
  ) {
    this.#name = `${kind}/${round}`;
  }

  async progress(): Promise<RoundProgress> {
    const body = await this.ledger.document(this.attempt, this.#name);
    return body === undefined ? nothingPlanned : this.#parse(progressSchema, body, this.#name);
  }

  /** Says that this much is planned, unless more is: a planner that was left behind takes nothing back. */
  async advance(progress: RoundProgress): Promise<void> {
    await this.ledger.changeDocument(this.attempt, this.#name, (body) => {
      const known = body === undefined ? nothingPlanned : this.#parse(progressSchema, body, this.#name);
      return known.complete || known.chunks > progress.chunks ? (body as Json) : (progress as Json);
    });
  }

  /** Keeps the first chunk of this number: a worker may be in the middle of it. */
  async putChunk(chunk: number, partitions: readonly string[]): Promise<void> {
    await this.ledger.changeDocument(this.attempt, this.#chunkName(chunk), (body) => body ?? { partitions });
  }

  async chunk(chunk: number): Promise<readonly string[]> {
    const name = this.#chunkName(chunk);
    const body = await this.ledger.document(this.attempt, name);
    if (body === undefined) throw new CorruptDataError(`${name} of attempt ${this.attempt} is not in the ledger`);
    return this.#parse(chunkSchema, body, name).partitions;
  }

  #chunkName(chunk: number): string {
    return `${this.#name}/${chunk}`;
  }

  #parse<T>(schema: z.ZodType<T>, body: Json, name: string): T {
    const { data, error } = schema.safeParse(body);
    if (error === undefined) return data as T;
    throw new CorruptDataError(`${name} of attempt ${this.attempt} in the ledger does not parse`, { cause: error });
  }
}
