/** The one place that reads the process's environment. */
export const environment = {
  /** The ledger's table, set by the stack. */
  ledgerTable: () => process.env['CARRYOVER_LEDGER_TABLE'],
  region: () => process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'],
  functionName: () => process.env['AWS_LAMBDA_FUNCTION_NAME'],
  user: () => process.env['USER'] ?? process.env['LOGNAME'],
  noColour: () => process.env['NO_COLOR'] !== undefined,
};
