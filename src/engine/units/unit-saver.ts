import type { Claim, UnitRecord } from '../../ledger/ledger.js';
import { addUsage, noUsage, type Cursor, type Usage } from '../../stores/store.js';
import type { Dependencies } from '../dependencies.js';
import type { OpenRun } from '../runs/open-run.js';
import type { CapacityShare } from './capacity-share.js';
import { checkpointDue } from './checkpoint-policy.js';
import type { UnitProgress, UnitWork } from './unit-loop.js';

/** Gathers what was done since the last checkpoint, and saves it in one conditional write. */
export class UnitSaver {
  private cursor: Cursor | undefined;
  private items = 0;
  private sizeBytes = 0;
  private usage: Usage = noUsage;
  private savedAt: number;
  private begun = false;
  /** The last save did not come through: what it held may or may not be recorded. */
  failed = false;

  constructor(
    private readonly open: OpenRun,
    private readonly deps: Dependencies,
    private readonly claim: Claim,
    private readonly work: Pick<UnitWork, 'checkpoints' | 'digest'>,
    public unit: UnitRecord,
    private readonly share: CapacityShare,
  ) {
    this.cursor = unit.cursor;
    this.savedAt = deps.clock.monotonic();
  }

  /** The steps go on now: before that the work has no digest to be saved, and the one that is stored stays. */
  begin(): void {
    this.begun = true;
  }

  add(progress: UnitProgress): void {
    this.cursor = progress.cursor;
    this.items += progress.items;
    this.sizeBytes += progress.sizeBytes;
    this.usage = addUsage(this.usage, progress.usage);
    this.share.spend(progress.usage);
  }

  async saveIfDue(): Promise<void> {
    const since = { elapsedMs: this.deps.clock.monotonic() - this.savedAt, requests: this.usage.requests };
    if (checkpointDue(this.open.settings, this.work.checkpoints, since)) await this.save({ done: false });
  }

  /** For a pause: a unit that waits for long shows that it lives, and what it is to go on from. */
  async saveIfLate(): Promise<void> {
    if (this.deps.clock.monotonic() - this.savedAt >= this.open.settings.checkpointAtMostMs)
      await this.save({ done: false });
  }

  async save(end: { done: boolean; failure?: { name: string; message: string } }): Promise<void> {
    this.failed = true;
    this.unit = await this.deps.ledger.checkpoint(this.unit, this.claim, {
      ...(this.cursor === undefined ? {} : { cursor: this.cursor }),
      ...(this.work.digest === undefined || !this.begun ? {} : { digest: this.work.digest() }),
      items: this.items,
      sizeBytes: this.sizeBytes,
      usage: this.usage,
      owed: this.share.owed,
      revision: this.open.held.revision(),
      ...end,
    });
    this.failed = false;
    [this.items, this.sizeBytes, this.usage] = [0, 0, noUsage];
    this.savedAt = this.deps.clock.monotonic();
  }
}
