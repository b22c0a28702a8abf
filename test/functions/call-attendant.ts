import { jest } from '@jest/globals';
import type { AttendantHandler } from '../../functions/attendant-handler.js';

const context = { functionName: 'attendant', getRemainingTimeInMillis: () => 60_000 };

/** Calls a handler as Lambda does, and gives what it answers or throws, and what it logs and counts. */
export async function callAttendant(handler: AttendantHandler, event: unknown) {
  const lines: string[] = [];
  const written = (text: string | Uint8Array): boolean => lines.push(...String(text).trimEnd().split('\n')) > 0;
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(written),
  );
  const outcome = await handler(event, context as never).then(
    (answer) => ({ answer, error: undefined }),
    (error: unknown) => ({ answer: undefined, error: error as Error }),
  );
  for (const spy of spies) spy.mockRestore();
  return { ...outcome, lines };
}
