/** The one place that reads the process's environment. */
export const environment = {
  /** The ledger's table, set by the stack. */
  ledgerTable: () => process.env['CARRYOVER_LEDGER_TABLE'],
  /** The deployment's name, set by the stack. */
  deployment: () => process.env['CARRYOVER_NAME'],
  /** Settings that go before the project's, as JSON; set by the stack. */
  settings: () => process.env['CARRYOVER_SETTINGS'],
  /** Set by the stack for the functions that ask Step Functions. */
  stateMachineArn: () => process.env['CARRYOVER_STATE_MACHINE_ARN'],
  /** How long a deployment waits for its run, set by the stack. */
  waitAtMostSeconds: () => process.env['CARRYOVER_WAIT_AT_MOST_SECONDS'],
  /** The stack that a function belongs to, by its ARN, set by the stack. */
  stackId: () => process.env['CARRYOVER_STACK_ID'],
  /** The functions whose old versions are removed, by name, with commas between them; set by the stack. */
  versionedFunctions: () => process.env['CARRYOVER_FUNCTIONS'],
  region: () => process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'],
  functionName: () => process.env['AWS_LAMBDA_FUNCTION_NAME'],
  user: () => process.env['USER'] ?? process.env['LOGNAME'],
  noColour: () => process.env['NO_COLOR'] !== undefined,
};
