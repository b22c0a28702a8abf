import fc from 'fast-check';
import { graceMs, World, type Actor, type Fault } from './linked/world.js';

const fault: fc.Arbitrary<Fault> = fc.record({
  atRequest: fc.nat(12),
  kind: fc.constantFrom('killed', 'answer lost', 'request lost', 'late'),
});
const steps = 120;
const actor: fc.Arbitrary<Actor> = fc.record({
  does: fc.oneof(
    { weight: 4, arbitrary: fc.constant('adds' as const) },
    { weight: 4, arbitrary: fc.constant('sweeps' as const) },
    { weight: 1, arbitrary: fc.constantFrom('drops' as const, 'removes' as const) },
    { weight: 2, arbitrary: fc.constant('reads' as const) },
  ),
  album: fc.nat(1),
  startsAt: fc.nat(steps - 20),
  fault: fc.option(fault, { nil: undefined, freq: 3 }),
});
/** Time between two turns: mostly little; sometimes a machine sleeps for longer than the grace period. */
const pause = fc.oneof({ weight: 8, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.nat(2 * graceMs) });
/** What the wall clock does at one of these moments, beside going on. */
const jump = fc.record({ atStep: fc.nat(steps), byMs: fc.integer({ min: -3 * graceMs, max: graceMs }) });

test('no interleaving of requests, faults and time removes what is reached or young, or leaves what is neither', async () => {
  const seen = { linked: 0, failedLinks: 0, removals: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(actor, { minLength: 8, maxLength: 20, size: 'max' }),
      fc.array(pause, { minLength: steps, maxLength: steps }),
      fc.oneof(fc.constant([]), fc.array(jump, { maxLength: 3 })),
      async (scheduler, actors, pauses, jumps) => {
        const world = new World(scheduler);
        await run(world, scheduler, actors, pauses, jumps);
        await world.finish();
        expect(world.violations).toEqual([]);
        for (const count of ['linked', 'failedLinks', 'removals'] as const) seen[count] += world.counts[count];
      },
    ),
    { numRuns: 2_000, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true },
  );
  // The histories were not empty: in most of them something was linked, refused and removed.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(2_000);
});

async function run(
  world: World,
  scheduler: fc.Scheduler,
  actors: readonly Actor[],
  pauses: readonly number[],
  jumps: readonly { atStep: number; byMs: number }[],
): Promise<void> {
  let running = actors.length;
  const works: Promise<void>[] = [];
  for (let step = 0; running > 0 || scheduler.count() > 0; step++) {
    for (const actor of actors) {
      if (actor.startsAt !== step) continue;
      const work = world.act(actor);
      const end = () => void running--;
      work.then(end, end);
      works.push(work);
    }
    if (scheduler.count() > 0) await scheduler.waitOne();
    await new Promise((resolve) => setImmediate(resolve));
    await world.check();
    const jumpMs = jumps.reduce((sum, { atStep, byMs }) => (atStep === step ? sum + byMs : sum), 0);
    world.pass(pauses[step] ?? 20, jumpMs);
  }
  await Promise.all(works);
}
