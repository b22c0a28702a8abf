import fc from 'fast-check';
import { openPublishedVersions } from '../../../functions/aws/published-versions.js';
import { AwsStandIn } from './aws-stand-in.js';

let aws: AwsStandIn;
beforeEach(async () => {
  aws = new AwsStandIn();
  await aws.open();
});
afterEach(() => aws.close());

describe('the published versions of a function', () => {
  test('are those of all pages, without $LATEST, with their time', async () => {
    aws.answer = ({ action }) =>
      action.includes('Marker=')
        ? { body: { Versions: [{ Version: '2', LastModified: 'nonsense' }] } }
        : {
            body: {
              NextMarker: 'more',
              Versions: [
                { Version: '$LATEST', LastModified: '2026-11-21T00:00:00.000+0000' },
                { Version: '1', LastModified: '2026-11-21T00:00:00.000+0000' },
              ],
            },
          };
    expect(await openPublishedVersions().of('begin')).toEqual([
      { version: '1', publishedAtMs: Date.parse('2026-11-21T00:00:00Z') },
      { version: '2', publishedAtMs: undefined },
    ]);
    expect(aws.requests.map(({ action }) => action)).toEqual([
      'GET /2015-03-31/functions/begin/versions',
      'GET /2015-03-31/functions/begin/versions?Marker=more',
    ]);
  });

  test('that an alias names are all that it sends calls to, on all pages', async () => {
    aws.answer = ({ action }) =>
      action.includes('Marker=')
        ? { body: { Aliases: [{ FunctionVersion: '1' }] } }
        : {
            body: {
              NextMarker: 'more',
              Aliases: [{ FunctionVersion: '3', RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } }],
            },
          };
    expect(await openPublishedVersions().aliased('begin')).toEqual(['3', '2', '1']);
  });

  test('are not known where Lambda does not say or refuses', async () => {
    aws.answer = () => ({ body: {} });
    await expect(openPublishedVersions().of('begin')).rejects.toThrow('without the versions of begin');
    await expect(openPublishedVersions().aliased('begin')).rejects.toThrow('without the aliases of begin');
    aws.answer = () => ({ status: 403, body: { __type: 'AccessDeniedException' } });
    await expect(openPublishedVersions().of('begin')).rejects.toBeInstanceOf(Error);
  });

  test('are deleted by number', async () => {
    aws.answer = () => ({ status: 204, body: '' });
    await openPublishedVersions().remove('begin', '12');
    expect(aws.requests.map(({ action }) => action)).toEqual(['DELETE /2015-03-31/functions/begin?Qualifier=12']);
  });

  test('are deleted by nothing else: no request is sent that would delete the function', async () => {
    const noNumber = fc.oneof(
      fc.constantFrom('', '0', '$LATEST', 'live', ' 1', '1 ', '1\n', '-1', '1.5', '01'),
      fc.string().filter((text) => !/^[1-9]\d*$/.test(text)),
    );
    await fc.assert(
      fc.asyncProperty(noNumber, async (version) => {
        await expect(openPublishedVersions().remove('begin', version)).rejects.toThrow('is no version of begin');
      }),
    );
    expect(aws.requests).toEqual([]);
  });
});
