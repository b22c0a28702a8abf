import { all, answersOf } from './flow/answers.js';
import { mostEvents } from './history.js';
import { flowWith } from './stand-ins.js';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const mostPayloadBytes = 256 * 1024;

test('the flow of 2,000 units whose chunks loop 50 times each keeps every quota', async () => {
  const units = Array.from({ length: 2_000 }, (_, unit) => unit);
  const calls = new Map<number, number>();
  const MigrateUnit = ({ unit }: { readonly unit: number }): object => {
    const call = (calls.get(unit) ?? 0) + 1;
    calls.set(unit, call);
    return { status: call < 50 ? 'more' : 'done' };
  };
  const flow = await flowWith(answersOf('Migrate', units, { MigrateUnit }));
  expect(flow).toMatchObject({ failed: false, path: all });
  expect([...calls.values()]).toEqual(Array(2_000).fill(50));
  const { bytes, state } = flow.largest;
  process.stderr.write(
    `largest payload: ${bytes} bytes in ${state}; events: ${flow.events} of the execution, ${flow.childEvents} of a unit\n`,
  );
  expect(bytes).toBeLessThan(mostPayloadBytes);
  expect(flow.events).toBeLessThan(mostEvents);
  expect(flow.childEvents).toBe(2 + 50 * (5 + 2) + 2);
});
