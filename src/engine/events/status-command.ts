/** The stack's ledger, where the command line finds it: see `--ledger`. */
const deployedLedger = /^(dynamodb:\/\/[^/?]+)\/(.*)carryover-ledger$/;

/** The command that shows all that a ledger knows of a run, for people. */
export function statusCommand(run: string, { location }: { readonly location: string }): string {
  const [, region, prefix = ''] = deployedLedger.exec(location) ?? [];
  const ledger = region === undefined ? '' : ` --ledger ${region}${prefix === '' ? '' : `/${prefix}`}`;
  return `carryover status ${run}${ledger}`;
}
