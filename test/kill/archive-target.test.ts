import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { archivedRows, partFiles } from './archived-rows.js';
import type { Covered } from './covered-rows.js';
import { openKillRig, type KillRig } from './kill-rig.js';
import { runKillSeries } from './kill-series.js';
import { momentIn, randomOf } from './random.js';
import { differences, postgresRows } from './source-rows.js';

let rig: KillRig;
beforeAll(async () => {
  rig = await openKillRig(4);
  rig.ledgerWire.latencyMs = 2;
});
afterAll(() => rig.stop());

const random = randomOf('into an archive');
const moments = [
  momentIn(random, 'setup', 1, 120),
  momentIn(random, 'migrate', 1, 30),
  // Claims of three units, then a checkpoint and a claim in turn: a part is whole that no checkpoint covers.
  momentIn(random, 'migrate', 5, 8, 'UpdateItem'),
  momentIn(random, 'migrate', 5, 8, 'UpdateItem'),
  momentIn(random, 'migrate', 10, 30),
  momentIn(random, 'expect', 1, 120),
  momentIn(random, 'validate', 1, 70),
  momentIn(random, 'complete', 1, 3),
  momentIn(random, 'cleanup', 1, 3),
];

const archive = (): string => join(rig.folder, 'archive');

/** What changes when a file is written again, even with the same bytes. */
async function version(file: string): Promise<string> {
  const { ino, mtimeNs } = await stat(file, { bigint: true });
  return `${ino} ${mtimeNs} ${createHash('sha256')
    .update(await readFile(file))
    .digest('hex')}`;
}

/** The parts that come before a unit's next one, as a checkpoint has it. */
function coveredParts(covered: readonly Covered[]): string[] {
  return covered.flatMap(({ unit, position }) =>
    Array.from({ length: position }, (_, at) => `u${digits(unit, 5)}-p${digits(at, 6)}`),
  );
}

function digits(number: number, width: number): string {
  return String(number).padStart(width, '0');
}

describe('a copy from PostgreSQL into an archive, killed in most steps', () => {
  test('ends with the rows of the source, and writes no part again that a checkpoint covers', async () => {
    const written = new Map<string, string>();
    const { kills, last, counted } = await runKillSeries({
      title: 'PostgreSQL into an archive',
      rig,
      wires: [rig.source, rig.ledgerWire],
      moments,
      start: () => rig.start(`archive:${archive()}`, ['--segments', '4', '--concurrency', '3']),
      async covered(covered) {
        const files = await partFiles(archive());
        for (const part of coveredParts(covered))
          if (!written.has(part)) written.set(part, await version(files.get(part) ?? `no part ${part}`));
      },
    });
    expect(last).toMatchObject({ exitCode: 0 });
    expect(kills.map(({ step }) => step)).toEqual(moments.map(({ step }) => step));
    expect(kills.filter(({ underWay }) => underWay === 0)).toEqual([]);
    expect(counted).toEqual(rig.rows);
    const files = await partFiles(archive());
    for (const [part, before] of written) expect([part, await version(files.get(part) ?? '')]).toEqual([part, before]);
    expect(written.size).toBeGreaterThan(0);
    expect(differences(await postgresRows(rig.sourceUrl), await archivedRows(archive()))).toEqual([]);
  }, 240_000);
});
