import { PassThrough } from 'node:stream';
import { confirmDrops } from '../../src/cli/confirm.js';
import { InputError } from '../../src/errors.js';

const replacing = { field: '--on-existing', what: 'replace' };

/** A terminal that types this as soon as it is asked; `hangUp` ends its input instead. */
function terminal(typed: string | 'hangUp', isTTY = { input: true, output: true }) {
  const input = Object.assign(new PassThrough(), { isTTY: isTTY.input });
  const output = Object.assign(new PassThrough(), { isTTY: isTTY.output });
  let shown = '';
  let asked = false;
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (asked || !shown.includes('Type "yes"')) return;
    asked = true;
    if (typed === 'hangUp') input.end();
    else input.write(typed);
  });
  return { input, output, shown: () => shown };
}

describe('asking before tables are dropped', () => {
  test.each(['yes\r', ' Yes \n', 'yes\r\n'])('allows it when the answer is %j', async (typed) => {
    const asked = terminal(typed);
    await confirmDrops(['orders', 'items'], 'the target', replacing, asked);
    expect(asked.shown()).toContain('These tables of the target will be dropped: orders, items');
  });

  test.each([
    ['no', 'no\r'],
    ['only the first letter', 'y\r'],
    ['nothing', '\r'],
    ['Ctrl-C', '\u0003'],
    ['Ctrl-C after "yes"', 'yes\u0003'],
    ['Ctrl-D', '\u0004'],
    ['the end of the input', 'hangUp'],
  ])('refuses it when the answer is %s', async (_, typed) => {
    const refused = confirmDrops(['orders'], 'the target', replacing, terminal(typed));
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow('--on-existing: the answer was not "yes": nothing was dropped');
  });

  test.each([
    ['nobody can answer', { input: false, output: true }],
    ['the question is not seen', { input: true, output: false }],
  ])('does not ask where %s, and says what allows it', async (_, isTTY) => {
    const nobody = terminal('yes\r', isTTY);
    await expect(confirmDrops(['orders'], 'the target', replacing, nobody)).rejects.toThrow('give --yes');
    expect(nobody.shown()).toBe('');
  });
});
