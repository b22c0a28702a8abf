import { jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openEventBus } from '../../functions/event-bus.js';
import { eventSource, type CarryoverEvent } from '../../src/engine/events/event.js';

const event: CarryoverEvent = {
  source: eventSource,
  detailType: 'Cleanup Needed',
  at: '2026-11-21T14:00:00.000Z',
  detail: { run: 'r' },
};

/** Answers as EventBridge does, one answer after the other, the last one again and again. */
type Answer = { readonly status: number; readonly body: object } | 'never';
let answers: Answer[];
let requests: { target: string; body: unknown }[];
let server: Server;
const before = { ...process.env };
/** What a function's log would show. */
let warnings: string[];

beforeEach(async () => {
  [answers, requests, warnings] = [[], [], []];
  jest.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text));
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      requests.push({ target: String(request.headers['x-amz-target']), body: JSON.parse(text) as unknown });
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 'never';
      if (answer === 'never') return;
      response
        .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env = { ...before };
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const taken: Answer = { status: 200, body: { FailedEntryCount: 0, Entries: [{ EventId: 'x' }] } };
const send = (): Promise<void> => openEventBus({ region: 'us-east-1', requestTimeoutMs: 200 })(event);

describe('the bus of a deployed stack', () => {
  test('takes an event with its source, type, time and detail, on the default bus', async () => {
    answers = [taken];
    await send();
    expect(requests).toEqual([
      {
        target: 'AWSEvents.PutEvents',
        body: {
          Entries: [
            {
              Source: 'carryover',
              DetailType: 'Cleanup Needed',
              Time: Date.parse(event.at) / 1_000,
              Detail: '{"run":"r"}',
            },
          ],
        },
      },
    ]);
  });

  test('is asked again, a few times, when it does not answer or fails', async () => {
    answers = ['never', { status: 500, body: { __type: 'InternalException' } }, taken];
    await send();
    expect(requests).toHaveLength(3);
    expect(warnings).toEqual([]);
  });

  test('is given up when it never answers', async () => {
    await expect(send()).rejects.toMatchObject({ name: 'StoreUnavailableError' });
    expect(requests).toHaveLength(3);
  });

  test('that answers with success and refuses the event is an error that says why', async () => {
    const refused = { ErrorCode: 'InternalFailure', ErrorMessage: 'try later' };
    answers = [{ status: 200, body: { FailedEntryCount: 1, Entries: [refused] } }];
    await expect(send()).rejects.toThrow('EventBridge did not take the event: InternalFailure: try later');
    expect(warnings).toEqual(['EventBridge did not take "Cleanup Needed": InternalFailure: try later']);
  });

  test('says so where the right to send is missing, without trying again', async () => {
    answers = [{ status: 400, body: { __type: 'AccessDeniedException', message: 'not authorized: events:PutEvents' } }];
    await expect(send()).rejects.toThrow(/not authorized: events:PutEvents/);
    expect(requests).toHaveLength(1);
  });

  test('does not repeat what a refusal of the credentials says, which may be the request itself', async () => {
    answers = [{ status: 400, body: { __type: 'InvalidSignatureException', message: 'x-amz-security-token:hunter2' } }];
    await expect(send()).rejects.toThrow(
      'EventBridge did not take the event: the credentials (InvalidSignatureException)',
    );
  });
});
