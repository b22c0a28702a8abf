/** A timestamptz as ISO 8601 to the microsecond, which a Date of JavaScript would cut to milliseconds. */
export const timeText = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** A uuid as the service shows it: 32 hexadecimal digits. */
export const idText = (column: string): string => `replace(${column}::text, '-', '')`;
