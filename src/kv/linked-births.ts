import { z } from 'zod';
import { CorruptDataError } from '../errors.js';
import { readableBytes } from './stored-form.js';

/** Where an entry lies. */
export interface Place {
  readonly partition: Uint8Array;
  readonly key: Uint8Array;
}

/**
 * What the registry knows of a partition that only one parent may name. It is written before anything in that partition
 * and outlives it, so that whatever a creation leaves behind is found. Times are epoch milliseconds of the writer's clock.
 */
export interface Birth {
  /** Never used before or again. */
  readonly partition: Uint8Array;
  readonly parent: Place;
  /** When the creation began, or began again. */
  readonly registeredAt: number;
  /** The write that made the parent what the creation read: it can end only while the parent is still that. */
  readonly parentWrite: string;
  /** Since when it is certain that no creation can make the parent name this partition any more. */
  readonly condemnedAt?: number | undefined;
  /** When its entries were removed. */
  readonly removedAt?: number | undefined;
}

const base64 = z.base64url().transform((text) => new Uint8Array(Buffer.from(text, 'base64url')));
const birthSchema = z.strictObject({
  parent: z.strictObject({ partition: base64, key: base64 }),
  registeredAt: z.number(),
  parentWrite: z.string().min(1),
  condemnedAt: z.number().optional(),
  removedAt: z.number().optional(),
});

/** The registry's partition unless the options say otherwise. */
const defaultRegistry = 'linked objects';

/** Which registry. All who create and sweep the same linked objects name the same one. */
export interface RegistryOptions {
  /** A partition of the store that holds nothing else. Default: `linked objects`. */
  readonly registry?: Uint8Array | string;
}

export function registryOf({ registry = defaultRegistry }: RegistryOptions): Uint8Array {
  return typeof registry === 'string' ? new TextEncoder().encode(registry) : registry;
}

/** The registry's entry of a birth, whose key is its partition. */
export function birthValue({ parent, registeredAt, parentWrite, condemnedAt, removedAt }: Birth): Uint8Array {
  const place = { partition: toText(parent.partition), key: toText(parent.key) };
  return Buffer.from(JSON.stringify({ parent: place, registeredAt, parentWrite, condemnedAt, removedAt }));
}

/** Throws CorruptDataError when the entry is no birth. */
export function parseBirth(registry: Uint8Array, partition: Uint8Array, value: Uint8Array): Birth {
  try {
    return { partition, ...birthSchema.parse(JSON.parse(Buffer.from(value).toString('utf8'))) };
  } catch (error) {
    const where = `the entry ${readableBytes(partition)} of partition ${readableBytes(registry)}`;
    throw new CorruptDataError(`${where} is not a registered linked partition`, { cause: error });
  }
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
