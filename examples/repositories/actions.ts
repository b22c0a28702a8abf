import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { ulid } from 'ulid';
import { HookRunSchema, type ActionRun } from './actions_pb.js';
import { NotFoundError } from './errors.js';
import { runsOf, type OpenRepository } from './records.js';

/** What set off a run. */
export interface ActionEvent {
  readonly event: string;
  readonly branch: string;
  readonly commitId: string;
}

/** Records that an event sets off hooks; returns the id of the run. */
export async function startRun(home: OpenRepository, event: ActionEvent): Promise<string> {
  const startedMs = home.clock.now();
  const id = ulid(startedMs);
  // Nobody else has the id: what is written twice is the same.
  await runsOf(home).set(id, { id, ...event, started: timestampFromMs(startedMs) });
  return id;
}

/** Adds a hook that has run. Throws NotFoundError. */
export async function addHook(
  home: OpenRepository,
  runId: string,
  hook: MessageInitShape<typeof HookRunSchema>,
): Promise<void> {
  await changeRun(home, runId, (run) => run.hooks.push(create(HookRunSchema, hook)));
}

/** The run is over: it passed when all of its hooks did. Throws NotFoundError. */
export async function endRun(home: OpenRepository, runId: string): Promise<void> {
  await changeRun(home, runId, (run) => {
    run.ended ??= timestampFromMs(home.clock.now());
    run.passed = run.hooks.every(({ exitCode }) => exitCode === 0);
  });
}

export async function getRun(home: OpenRepository, runId: string): Promise<ActionRun | undefined> {
  return (await runsOf(home).get(runId))?.message;
}

/** The runs of a repository, those that began first coming first. */
export async function* listRuns(home: OpenRepository): AsyncGenerator<ActionRun> {
  for await (const { message } of runsOf(home).scan()) yield message;
}

async function changeRun(home: OpenRepository, runId: string, change: (run: ActionRun) => unknown): Promise<void> {
  await runsOf(home).update(
    runId,
    (run) => {
      if (run === undefined) throw new NotFoundError(`there is no run "${runId}" in "${home.repository.name}"`);
      change(run);
      return run;
    },
    home,
  );
}
