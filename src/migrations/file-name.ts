/** The largest number: ten digits, so that the keys of the history sort as the numbers do. */
const largestNumber = 9_999_999_999;

const form = /^(\d{4,})_([a-z0-9_]+)\.(?:ts|mts|js|mjs)$/;

/** What the name of a file says of its migration. */
export interface FileName {
  readonly version: number;
  readonly name: string;
}

/** Takes the name of a file of the migrations folder apart, or says what is wrong with it and what would be right. */
export function parseFileName(file: string): FileName | { readonly fault: string } {
  const [, digits = '', name = ''] = form.exec(file) ?? [];
  if (name === '')
    return {
      fault:
        'is no name of a migration: give [sequence]_[name].ts, a number of 4 or more digits and a name of a-z, 0-9 and "_", like 0003_split_name.ts (.mts, .js and .mjs too), or begin it with "_" to have it left out',
    };
  const version = Number(digits);
  if (version === 0) return { fault: 'has the number 0, which a database has before any migration: begin at 0001' };
  if (version > largestNumber) return { fault: `has a number above ${largestNumber}: give it at most ten digits` };
  return { version, name };
}

/** Whether a file can be loaded as a module at all, whatever its name says. */
export function isModule(file: string): boolean {
  return /\.(?:ts|mts|js|mjs)$/.test(file);
}

/** A number as the names of files have it: `0003`. */
export function fileNumber(version: number): string {
  return String(version).padStart(4, '0');
}

/** `0003_split_name`, for people. */
export function migrationName({ version, name }: FileName): string {
  return `${fileNumber(version)}_${name}`;
}
