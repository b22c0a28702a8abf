import {
  CarryoverError,
  InputError,
  StoreFullError,
  StoreUnavailableError,
  TableNotFoundError,
  ThrottledError,
} from '../../errors.js';

/**
 * What PostgreSQL answered with, as far as it matters here. pg's own class may come from another copy of the package,
 * so it is known by its fields. https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
export interface ServerError extends Error {
  readonly severity: string;
  /** The SQLSTATE. https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly code: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Where in the statement, in characters from 1. */
  readonly position?: string;
  /** Where in the server's source the error was raised. */
  readonly file?: string;
  readonly routine?: string;
  readonly where?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** Insufficient resources, serialization failure, deadlock, lock not available, starting up: nothing was done. */
const passing = /^(53(?!100)...|40001|40P01|55P03|57P03)$/;
/** Connection exceptions, and a server that is shut down, crashed, or ended the session as idle: the answer is lost. */
const disconnected = /^(08...|57P01|57P02|57P05|25P03|25P04|57014)$/;
/** Wrong user or password, no such database or schema, a right that is missing. */
const refusedAccess = /^(28...|3D000|3F000|42501)$/;
const undefinedTable = '42P01';
const diskFull = '53100';

export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}

/** Whether trying again may help. Every write of this driver may be repeated. */
export function isPassing(error: unknown): boolean {
  return error instanceof ThrottledError || error instanceof StoreUnavailableError;
}

/**
 * An error of pg or of the connection in Carryover's terms. Whatever is no answer of the server is a lost connection:
 * the end of an answer is never taken for the end of the data. Refusals of data are left as they are, for the writer
 * (refused-row.ts) to name the row.
 */
export function translated(error: unknown, location: string, table?: string): unknown {
  if (error instanceof CarryoverError || error instanceof TypeError || error instanceof RangeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isUntrusted(error))
    return new InputError([{ field: location, message: `is not who it must be, or not known: ${message}. ${trust}` }]);
  // pg's own complaint, before the server is asked.
  if (message.startsWith('SASL')) return new InputError([{ field: location, message: passwordMissing(message) }]);
  if (!isServerError(error) || disconnected.test(error.code)) {
    const asked = table === undefined ? '' : ` for table "${table}"`;
    return new StoreUnavailableError(`${location} did not answer${asked}: ${message}`, { cause: error });
  }
  if (passing.test(error.code))
    return new ThrottledError(`${location} asks to try later: ${message}`, { cause: error });
  if (error.code === diskFull)
    return new StoreFullError(`${placeOf(location, table)} is out of space: ${message} (${diskFull})`, {
      cause: error,
    });
  if (error.code === undefinedTable && table !== undefined) return new TableNotFoundError(table, location);
  if (refusedAccess.test(error.code)) return new InputError([{ field: placeOf(location, table), message }]);
  return error;
}

/**
 * What Node says of a certificate that it does not take, and pg of a server that has none: no later try is answered otherwise.
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const untrusted =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|(DEPTH_ZERO_)?SELF_SIGNED_CERT.*|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE).*|CERT_.*|INVALID_(CA|PURPOSE))$/;
const trust =
  'Give the certificate of its authority by sslrootcert in the URL or by NODE_EXTRA_CA_CERTS, and the name that it is for as host';

function isUntrusted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.message === 'The server does not support SSL connections') return true;
  return 'code' in error && untrusted.test(String(error.code));
}

function placeOf(location: string, table: string | undefined): string {
  return table === undefined ? location : `${location}, table "${table}"`;
}

function passwordMissing(message: string): string {
  if (!/client password must be/.test(message)) return message;
  return 'asks for a password, and none was given: put it in the URL, in PGPASSWORD or in the file of PGPASSFILE';
}
