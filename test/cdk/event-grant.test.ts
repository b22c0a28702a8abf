import { steps } from '../../cdk/steps.js';
import { eventSource } from '../../src/engine/events/event.js';
import { rightsOf, statementsOf, synthesised } from './synthesised.js';

const { template } = synthesised({ stores: { a: 'dynamodb://eu-west-1/a-', b: 'dynamodb://eu-west-1/b-' } });

describe('the right to send events', () => {
  it('is the one of Abort alone, on the default bus, for events of this source', () => {
    const senders = steps.filter((step) =>
      rightsOf(statementsOf(template, step)).some((right) => right.startsWith('events:')),
    );
    expect(senders).toEqual(['abort']);
    const granted = statementsOf(template, 'abort').filter((statement) =>
      rightsOf([statement])[0]?.startsWith('events:'),
    );
    expect(rightsOf(granted)).toEqual([expect.stringMatching(/^events:PutEvents on arn:.*:event-bus\/default$/)]);
    expect(granted).toMatchObject([{ Condition: { StringEquals: { 'events:source': eventSource } } }]);
  });
});
