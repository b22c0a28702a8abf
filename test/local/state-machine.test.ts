import { runStateMachine } from '../../src/local/state-machine.js';

test('a call is told how much time it has: what its state has, or what all others have', async () => {
  const task = { Type: 'Task', TimeoutSeconds: 60 };
  const definition = {
    StartAt: 'Short',
    States: {
      Short: { ...task, Resource: '${ShortFunctionArn}', Next: 'Long' },
      Long: { ...task, Resource: '${LongFunctionArn}', End: true },
    },
  };
  const told: number[] = [];
  const handler = async (_: unknown, context: { getRemainingTimeInMillis(): number }) => {
    told.push(Math.ceil(context.getRemainingTimeInMillis() / 10_000) * 10_000);
    return {};
  };
  const machine = { definition, handlers: { Short: handler, Long: handler }, execution: 'e', input: {} };
  const ended = await runStateMachine({ ...machine, callMs: 30_000, callMsOf: { Long: 500_000 } });
  expect({ ...ended, told }).toEqual({ failed: false, told: [30_000, 500_000] });
});
