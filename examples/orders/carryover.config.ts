import { defineProject } from 'carryover';

/**
 * A service moves its orders to tables of a new prefix, keeps an archive of them, and has one store for trying things
 * out. Copy this file to the top of your project as `carryover.config.ts` and name your own stores.
 */
export default defineProject({
  stores: {
    'orders-old': { url: 'dynamodb://eu-west-1/orders-', role: 'source' },
    'orders-new': { url: 'dynamodb://eu-west-1/orders-v2-', role: 'target' },
    'orders-archive': { url: 's3://example-orders-archive/2026', role: 'target', allowReplace: true },
    'orders-sql': {
      url: 'postgres://orders.example.com:5432/orders?schema=public&sslmode=verify-full',
      role: 'source',
      secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf',
    },
    'try-out': 'dynamodb://embedded?path=.carryover/try-out',
  },
  settings: { concurrency: 16 },
});
