/** What survives `JSON.stringify` and `JSON.parse`: cursors, segments, descriptions and the inputs of steps. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
