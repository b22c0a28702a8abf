import type { Json } from '../json.js';
import type { Cursor, Usage } from '../stores/store.js';

/**
 * The contract of the ledger: what a person reads in the console to learn what a run did, and what a worker reads to go
 * on where the one before it stopped. Writes of workers are conditional on the fencing token and on the unit's sequence
 * number: a late writer gets LateWriterError and changes nothing. Like every conditional write, one whose answer was
 * lost is looked up before it is judged.
 */
export interface Ledger {
  /** The ledger's place for people, without secrets. */
  readonly location: string;
  /** Makes the table where it is missing (the command line's own ledger); a deployed ledger is there already. */
  ensure(): Promise<void>;

  /** Records a run, unless a run of this id is recorded: then that one is returned unchanged. */
  startRun(run: NewRun): Promise<RunRecord>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Changes fields of a run, and says when. Fields that are undefined are left as they are, those that are null removed. */
  changeRun(id: string, change: RunChange): Promise<void>;
  /** All runs, newest first. */
  runs(): AsyncIterable<RunRecord>;

  /** Documents of an attempt or a run, read whole: plans of tables, verdicts, findings. At most 300 KB of JSON each. */
  putDocument(scope: string, name: string, body: Json): Promise<void>;
  /**
   * Changes a document, again with what others wrote when they were faster; returns it as it is then. `change` may throw to
   * refuse, and may be called several times.
   */
  changeDocument(scope: string, name: string, change: (body: Json | undefined) => Json): Promise<Json>;
  document(scope: string, name: string): Promise<Json | undefined>;
  /** Documents whose name begins with `prefix`, in the order of their names. */
  documents(scope: string, prefix: string): AsyncIterable<{ name: string; body: Json }>;

  /**
   * Records units that are not started. A unit that is there already is replaced only if it was never claimed, so
   * that a Setup that is repeated late cannot take work back. `fence` is asked before each.
   */
  planUnits(scope: string, units: readonly UnitPlan[], fence?: PlanFence): Promise<void>;
  /** Makes a unit start from nothing: no cursor, no counts, not done. Conditional on `token` being no older than the unit's. */
  resetUnit(scope: string, plan: UnitPlan, token: number): Promise<void>;
  unit(scope: string, unit: number): Promise<UnitRecord | undefined>;
  /** The units `from..count-1` of a scope that are there, in order, from 0 by default; without digests unless asked for. */
  units(scope: string, count: number, options?: { digests?: boolean; from?: number }): AsyncIterable<UnitRecord>;

  /**
   * Takes the lease on a unit for one call. `busy`: another call of the same or a newer token holds it and its time is
   * not over. A larger token takes it over at once; a smaller one gets LateWriterError.
   */
  claim(scope: string, unit: number, claim: Claim): Promise<{ status: 'claimed' | 'busy' | 'done'; unit: UnitRecord }>;
  /**
   * Saves what a unit has done, in one conditional write, and moves its sequence number on by one. `items`, `sizeBytes`
   * and `usage` are what is added; `digest` is the whole. Returns the unit as it is now.
   */
  checkpoint(unit: UnitRecord, claim: Claim, change: Checkpoint): Promise<UnitRecord>;
  /** Records why a unit's call ended, from outside of it; does nothing when the unit is done or of a newer token. */
  failUnit(scope: string, unit: number, token: number, failure: { name: string; message: string }): Promise<void>;
  /** Gives the lease on a unit back; does nothing when it is no longer the claim's. */
  release(unit: UnitRecord, claim: Claim): Promise<void>;

  close(): Promise<void>;
}

/** What a run is: who started what. */
export interface NewRun {
  readonly run: string;
  /** The execution's input as Begin parsed it; names of stores, never URLs with secrets. */
  readonly input: Json;
  readonly who: string;
  readonly where: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

export interface RunRecord extends NewRun {
  readonly status: 'running' | 'succeeded' | 'failed';
  /** The step it is in or ended in: begin, setup, migrate, expect, validate, judge, locate, complete, cleanup. */
  readonly step: string;
  /** When this entry was changed last, ISO 8601. */
  readonly updatedAt: string;
  readonly attempt?: string;
  readonly token?: number;
  /** The exit code of the command line: 0 done, 1 differences, 2 bad input, 3 failed, 4 locked. */
  readonly exitCode?: number;
  readonly error?: { readonly name: string; readonly message: string; readonly step: string };
  readonly endedAt?: string;
  /** The generation of validation that this run began or went on with. */
  readonly generation?: number;
  /** How often its execution was redriven. */
  readonly redrives?: number;
}

type Outcome = 'exitCode' | 'error' | 'endedAt';

/** `null` removes what a redriven run has left behind. `input` is for a run that was recorded before it was known. */
export type RunChange = Partial<Omit<RunRecord, keyof NewRun | 'updatedAt' | Outcome>> & {
  readonly [Field in Outcome]?: RunRecord[Field] | null;
} & { readonly input?: Json };

export interface UnitPlan {
  readonly unit: number;
  readonly table: string;
  /** What is to be done; understood by the step alone: a segment, and in Validate the side. */
  readonly work: Json;
}

export interface UnitRecord extends UnitPlan {
  readonly scope: string;
  /** Grows by one with each claim and checkpoint. */
  readonly sequence: number;
  readonly token: number;
  readonly cursor?: Cursor;
  readonly items: number;
  readonly sizeBytes: number;
  readonly usage: Usage;
  readonly digest?: Uint8Array;
  readonly done: boolean;
  readonly failure?: { readonly name: string; readonly message: string };
  /** Capacity units above its share that it has not paused for: see docs/configuration.md. */
  readonly owed?: Owed;
  /** The state entry's revision when this checkpoint was saved: see "restored" in docs/state-machine.md. */
  readonly revision: number;
  readonly leaseOwner?: string;
  /** Wall-clock epoch milliseconds. */
  readonly leaseUntil?: number;
  /** When it was claimed first since it began anew, ISO 8601. */
  readonly startedAt?: string;
  /** ISO 8601. */
  readonly updatedAt: string;
}

export interface Claim {
  /** The fencing token of the run. */
  readonly token: number;
  /** This call alone: another for each invocation. */
  readonly owner: string;
  /** Until when the call may go on, wall-clock epoch milliseconds. */
  readonly until: number;
}

export interface Checkpoint {
  readonly cursor?: Cursor;
  readonly items: number;
  readonly sizeBytes: number;
  readonly usage: Usage;
  readonly digest?: Uint8Array;
  readonly done: boolean;
  readonly failure?: { readonly name: string; readonly message: string };
  readonly owed?: Owed | undefined;
  readonly revision: number;
}

/** Keeps a call that was given up from planning beside its successor: see `Fence` of a store. */
export interface PlanFence {
  /** Throws when nothing may be sent any more. */
  assertMaySend(): void;
}

/** Capacity units of DynamoDB. */
export type Owed = Pick<Usage, 'readUnits' | 'writeUnits'>;
