import type { Fault } from '../../errors.js';
import { InputError } from '../../errors.js';

/** The table in which Carryover keeps its own entries: never listed, carried or dropped. */
export const ownTable = 'carryover';

/** The names of tables in this store: in DynamoDB each has the store's prefix, which nobody else sees. */
export class TableNames {
  constructor(
    private readonly prefix: string,
    private readonly location: string,
  ) {}

  /** The name in DynamoDB. Throws InputError for Carryover's own table. */
  physical(table: string): string {
    if (table === ownTable) {
      throw new InputError([{ field: `table "${table}" in ${this.location}`, message: "is Carryover's own table" }]);
    }
    return this.prefix + table;
  }

  /** The name without prefix; undefined for a table that is not one of this store's. */
  logical(physical: string): string | undefined {
    const table = physical.startsWith(this.prefix) ? physical.slice(this.prefix.length) : '';
    return table === '' || table === ownTable ? undefined : table;
  }

  /** What DynamoDB's rules for names have against this one. */
  faults(table: string): Fault[] {
    const field = `table "${table}"`;
    const physical = this.prefix + table;
    if (table === ownTable) return [{ field, message: `the name is Carryover's own in ${this.location}` }];
    if (!/^[a-zA-Z0-9_.-]*$/.test(physical)) {
      return [{ field, message: 'a name in DynamoDB has only the characters a-z, A-Z, 0-9, "_", "-" and "."' }];
    }
    if (table === '' || physical.length < 3 || physical.length > 255) {
      return [{ field, message: `a name in DynamoDB has 3 to 255 characters; "${physical}" has ${physical.length}` }];
    }
    return [];
  }
}
