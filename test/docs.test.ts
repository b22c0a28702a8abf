import { readFile } from 'node:fs/promises';
import { stepMetrics, watchMetrics } from '../cdk/alarms/deployment-metric.js';
import { steps } from '../cdk/functions/steps.js';
import { settingsSchema, withDefaults } from '../src/settings.js';

describe('docs/configuration.md', () => {
  it.each(Object.keys(settingsSchema.shape))('has the setting %s with its default', async (setting) => {
    const page = await readFile('docs/configuration.md', 'utf8');
    const value = (withDefaults() as Record<string, unknown>)[setting] ?? '(grows with the table|no limit)';
    expect(page).toMatch(new RegExp(`^\\| \`${setting}\` \\|.*\\| ${String(value)} \\|$`, 'm'));
  });
});

describe('docs/metrics.md', () => {
  it.each([...stepMetrics, ...watchMetrics])('has the metric %s', async (metric) => {
    expect(await readFile('docs/metrics.md', 'utf8')).toMatch(new RegExp(`^\\| \`${metric}\` \\|`, 'm'));
  });
});

describe('docs/deploy.md', () => {
  it.each(steps)('says what rights the step %s has', async (step) => {
    const page = await readFile('docs/deploy.md', 'utf8');
    expect(page).toMatch(new RegExp(`^\\| [\`a-z, ]*\`${step}\`[\`a-z, ]* \\|`, 'm'));
  });
});
