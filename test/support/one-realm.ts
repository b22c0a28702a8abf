import { types } from 'node:util';

/**
 * Jest runs tests in a context of its own, whose `Error` is not that of Node's core: there, a broken connection is no
 * `instanceof Error`, and the AWS SDK hides it in a wrapper without name and code. In production there is one realm; this
 * makes tests see errors as production does.
 */
const ordinary = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, instance: unknown): boolean {
    return ordinary.call(this, instance) || (this === Error && types.isNativeError(instance));
  },
});
