import { ItemRefusedError } from '../../errors.js';
import type { Item } from '../../stores/item.js';
import type { KeyColumn } from '../../stores/store.js';

/** Throws ItemRefusedError for what a transform gave and is no item, or none that has this key. */
export function assertItem(value: unknown, key: readonly KeyColumn[]): asserts value is Item {
  const complaint = mapComplaint(value, 'it') ?? keyComplaint(value as Item, key);
  if (complaint !== undefined) throw new ItemRefusedError(`the transform gave no item of the target: ${complaint}`);
}

function keyComplaint(item: Item, key: readonly KeyColumn[]): string | undefined {
  const missing = key.find(({ name, type }) => !Object.hasOwn(item, name) || !Object.hasOwn(item[name] ?? {}, type));
  return missing && `key attribute "${missing.name}" must be there and of type ${missing.type}`;
}

function mapComplaint(value: unknown, what: string): string | undefined {
  if (!isPlain(value)) return `${what} must be an object of attributes, not ${kindOf(value)}`;
  return firstOf(Object.entries(value), ([name, attribute]) => valueComplaint(attribute, `attribute "${name}"`));
}

function valueComplaint(value: unknown, what: string): string | undefined {
  if (!isPlain(value))
    return `${what} must be an object that names its type, such as {"S": "text"}, not ${kindOf(value)}`;
  const [type = '', ...more] = Object.keys(value);
  const content = value[type];
  if (more.length > 0) return `${what} has several types: ${[type, ...more].join(', ')}`;
  const right = Object.hasOwn(contents, type) ? contents[type] : undefined;
  if (right === undefined) return `${what} is of the type "${type}", which is none of DynamoDB's`;
  if (type === 'M') return mapComplaint(content, what);
  if (!right.fits(content)) return `${what} of type ${type} must be ${right.text}, not ${kindOf(content)}`;
  return type === 'L'
    ? firstOf(content as unknown[], (member) => valueComplaint(member, `a member of ${what}`))
    : undefined;
}

/** Whether a number is one that can be stored is for the target to say. */
const contents: Readonly<Record<string, { readonly text: string; fits(content: unknown): boolean }>> = {
  S: { text: 'a string', fits: isString },
  N: { text: 'a number as a string of digits', fits: isString },
  B: { text: 'a Uint8Array', fits: isBytes },
  BOOL: { text: 'true or false', fits: (content) => typeof content === 'boolean' },
  NULL: { text: 'true', fits: (content) => content === true },
  M: { text: 'an object', fits: isPlain },
  L: { text: 'an array', fits: Array.isArray },
  SS: { text: 'an array of strings', fits: (content) => isArrayOf(content, isString) },
  NS: { text: 'an array of strings of digits', fits: (content) => isArrayOf(content, isString) },
  BS: { text: 'an array of Uint8Arrays', fits: (content) => isArrayOf(content, isBytes) },
};

function isString(content: unknown): content is string {
  return typeof content === 'string';
}

function isBytes(content: unknown): boolean {
  return content instanceof Uint8Array;
}

function isArrayOf(content: unknown, fits: (member: unknown) => boolean): boolean {
  return Array.isArray(content) && content.every(fits);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function firstOf<Value>(values: readonly Value[], complaint: (value: Value) => string | undefined): string | undefined {
  for (const value of values) {
    const found = complaint(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${String(value).slice(0, 40)}`;
}
