import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Item, PackageContext, PackageEntry, PackageToImport } from 'carryover';
import { ActionRunSchema, type HookRunSchema } from '../../repositories/actions_pb.js';
import { partitionOf, runsPartition } from '../../repositories/records.js';
import { entryOf } from './entry-of.js';
import { idAt, isNullAt, numberAt, textAt, timeAt, truthAt } from './row-values.js';

/** A run with its hooks in one message: hooks have no entries of their own, but are looked up for their run. */
export const actions: PackageToImport = {
  name: 'actions',
  tables: ['action_runs', 'hook_runs'],
  migrate: (rows, context) => (context.table === 'action_runs' ? runs(rows, context) : []),
};

async function* runs(rows: readonly Item[], { get }: PackageContext): AsyncGenerator<PackageEntry> {
  const keys = rows.flatMap((row) =>
    Array.from({ length: numberAt(row, 'hooks') }, (_, number) => ({
      run_id: { S: textAt(row, 'id') },
      number: { N: String(number) },
    })),
  );
  const hooks = await get('hook_runs', keys);
  let next = 0;
  for (const row of rows) {
    const own = hooks.slice(next, (next += numberAt(row, 'hooks')));
    const id = textAt(row, 'id');
    yield entryOf(ActionRunSchema, runsPartition(partitionOf(idAt(row, 'repository_id'))), id, {
      ...{ id, branch: textAt(row, 'branch'), commitId: idAt(row, 'commit_id'), event: textAt(row, 'event') },
      ...{ started: timeAt(row, 'started'), passed: truthAt(row, 'passed') },
      ...(isNullAt(row, 'ended') ? {} : { ended: timeAt(row, 'ended') }),
      hooks: own.map((hook, number) => hookOf(hook, `${id}, ${number}`)),
    });
  }
}

function hookOf(row: Item | undefined, which: string): MessageInitShape<typeof HookRunSchema> {
  if (row === undefined) throw new Error(`hook run ${which} is not there`);
  return {
    ...{ hook: textAt(row, 'hook'), exitCode: numberAt(row, 'exit_code'), output: textAt(row, 'output') },
    ...{ started: timeAt(row, 'started'), ended: timeAt(row, 'ended') },
  };
}
