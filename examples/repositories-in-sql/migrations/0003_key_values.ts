import { toKeyValues } from './_key-values.js';

/** The service leaves SQL: each of its packages turns its own tables into entries of the key-value store in DynamoDB. */
export default toKeyValues('kv');
