/** A ledger that is a table of a store, where the command line finds it: see `--ledger`. */
const ledgerOfStore = /^(dynamodb:\/\/[^/?]+)\/(.*)carryover-ledger$/;
/** The ledger of a deployment, which is named after it: see `--stack`. */
const ledgerOfStack = /^dynamodb:\/\/[^/?]+\/([\w-]+)-ledger$/;

/** The command that shows all that a ledger knows of a run, for people. */
export function statusCommand(run: string, { location }: { readonly location: string }): string {
  const [, region, prefix = ''] = ledgerOfStore.exec(location) ?? [];
  if (region !== undefined) return `carryover status ${run} --ledger ${region}${prefix === '' ? '' : `/${prefix}`}`;
  const [, stack] = ledgerOfStack.exec(location) ?? [];
  return `carryover status ${run}${stack === undefined ? '' : ` --stack ${stack}`}`;
}

/** The command that finishes what a run left over, for people. */
export function cleanupCommand({ location }: { readonly location: string }): string {
  const [, stack] = ledgerOfStore.test(location) ? [] : (ledgerOfStack.exec(location) ?? []);
  return `carryover cleanup${stack === undefined ? '' : ` --stack ${stack} --yes`}`;
}
