import { deployHandler } from '../../functions/deploy.js';
import { callAttendant } from './call-attendant.js';

const clock = { now: () => 1_000 };
const request = {
  RequestId: '6d0b1c9e-0000-4000-8000-1a2b3c4d5e6f',
  LogicalResourceId: 'CarryoverRun',
  ResponseURL: 'https://example.com/?signature=hunter2',
};
const run = { name: 'deploy-6d0b1c9e-0000-4000-8000-1a2b3c4d5e6f', sinceMs: 1_000 };
const answerTo = async (event: object) =>
  (await callAttendant(deployHandler({ clock }), { ...request, ...event })).answer;

describe('deploy', () => {
  test('names the run after the request, which CloudFormation may send twice', async () => {
    expect(await answerTo({ RequestType: 'Create' })).toEqual({ PhysicalResourceId: 'CarryoverRun', Run: run });
  });

  test('keeps the id of the resource, so that an update deletes nothing', async () => {
    expect(await answerTo({ RequestType: 'Update', PhysicalResourceId: 'old' })).toEqual({
      PhysicalResourceId: 'old',
      Run: run,
    });
  });

  test('asks for no run when the resource is deleted', async () => {
    expect(await answerTo({ RequestType: 'Delete', PhysicalResourceId: 'old' })).toEqual({ PhysicalResourceId: 'old' });
  });

  test('makes a name that Step Functions takes of any request', async () => {
    const { Run } = (await answerTo({ RequestType: 'Create', RequestId: `a:b c${'x'.repeat(200)}` })) as {
      Run: { name: string };
    };
    expect(Run.name).toMatch(/^deploy-a-b-cx+$/);
    expect(Run.name).toHaveLength(80);
  });

  test("logs nothing of the request, which holds CloudFormation's signed URL", async () => {
    const { lines } = await callAttendant(deployHandler({ clock }), { ...request, RequestType: 'Create' });
    expect(lines.join('\n')).not.toContain('hunter2');
  });
});
