import { readFileSync } from 'node:fs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { synthesised } from './synthesised.js';
import { wholeDeployment, wholeProject } from './whole-deployment.js';

interface Finding {
  readonly rule: string;
  readonly where: string;
}

/** A line of the page's table. */
interface Explanation {
  readonly line: string;
  readonly rule: RegExp;
  readonly where: RegExp;
  readonly why: string;
}

const { stack } = synthesised(wholeProject, wholeDeployment);
const findings = findingsOf(new AwsSolutionsChecks());
const explanations = explanationsOf(readFileSync('docs/nag.md', 'utf8'));

function findingsOf(pack: AwsSolutionsChecks): Finding[] {
  const { violations } = pack.validateScope(stack);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map((resource) => ({
      rule: ruleName.replace('AwsSolutions-', ''),
      where: String((resource as { constructPath?: string }).constructPath).replace(/\/Resource$/, ''),
    })),
  );
}

function explanationsOf(page: string): Explanation[] {
  return page.split('\n').flatMap((line) => {
    const [, rule, where, why = ''] = /^\| `(.+?)` \| `(.+?)` \| (.+) \|$/.exec(line) ?? [];
    return rule === undefined || where === undefined
      ? []
      : [{ line, rule: patternOf(rule), where: patternOf(where), why }];
  });
}

/** `…` is any text. */
function patternOf(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`).replaceAll('…', '.*')}$`);
}

const explains = ({ rule, where }: Explanation, finding: Finding): boolean =>
  rule.test(finding.rule) && where.test(finding.where);

describe("cdk-nag's AWS Solutions pack over a deployment that has everything in it", () => {
  it('finds nothing that docs/nag.md does not explain', () => {
    expect(findings.length).toBeGreaterThan(0);
    const unexplained = findings.filter((finding) => !explanations.some((each) => explains(each, finding)));
    expect(unexplained).toEqual([]);
  });

  it.each(explanations.map((each) => [each.line, each] as const))(
    'finds what is explained: %s',
    (_line, explanation) => {
      expect(findings.some((finding) => explains(explanation, finding))).toBe(true);
      expect(explanation.why.length).toBeGreaterThan(20);
    },
  );

  it('says nothing against what the caller brings', () => {
    expect(findings.filter(({ where }) => !where.startsWith('Test/Carryover/'))).toEqual([]);
  });
});
