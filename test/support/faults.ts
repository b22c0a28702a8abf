import { StoreUnavailableError } from '../../src/errors.js';

/** What happens to one call among many, counted over all objects that share the plan. */
export interface FaultPlan {
  /** The call that meets the fault; the first is 1. A plan whose `at` is 0 counts and never fires. */
  readonly at: number;
  /** `error`: nothing is done. `lost`: it is done, and its answer is lost. `never`: nothing is done, nothing returns. */
  readonly kind: 'error' | 'lost' | 'never';
  /** How many calls there were so far. */
  count: number;
  /** Whether the fault has happened; everything passes from then on. */
  fired: boolean;
  /** The names of all calls, in order: `MemoryStore.describe`, `writer.flush`, `MemoryStore.read.next`. */
  readonly log?: string[];
}

export function faultPlan(at: number, kind: FaultPlan['kind']): FaultPlan & { readonly log: string[] } {
  return { at, kind, count: 0, fired: false, log: [] };
}

/** From this call on nothing gets through any more, as from a process that was killed. */
export function endedPlan(at: number): FaultPlan & { readonly log: string[] } {
  return {
    ...{ kind: 'error', count: 0, log: [] },
    get at() {
      return Math.max(this.count, at);
    },
    get fired() {
      return false;
    },
    set fired(_) {
      // It is not over with the first call that meets it.
    },
  };
}

type Method = (...args: unknown[]) => unknown;

/** Methods of the contracts that answer at once, with an object whose own calls count; all others answer with promises. */
const answerAtOnce = new Set(['writer', 'read', 'tables', 'scan', 'runs', 'documents', 'units']);
/** What is worked out without the engine. */
const asksNobody = new Set(['beside']);
/** What a caller does about a fault, and what must come of it whatever fails. */
const neverFail = new Set(['close', 'abandon', 'stop']);

/**
 * `target` (a store, a ledger, a key-value store) with the plan's fault at one of its calls. Each method that answers
 * with a promise counts, and each step of what a method gives to iterate over. Writers and fields with methods
 * (`keyValues`) count under the same plan. What fails throws StoreUnavailableError.
 */
export function faulty<T extends object>(target: T, plan: FaultPlan, name = target.constructor.name): T {
  return new Proxy(target, {
    get(_, property) {
      // Private fields are the target's own, so its methods run on it and not on the proxy.
      const value: unknown = Reflect.get(target, property, target);
      if (typeof property === 'symbol') return value;
      if (typeof value !== 'function') return hasMethods(value) ? faulty(value, plan, property) : value;
      const method = (value as Method).bind(target);
      if (neverFail.has(property) || asksNobody.has(property)) return method;
      const path = `${name}.${property}`;
      if (!answerAtOnce.has(property)) return (...args: unknown[]) => meet(plan, path, () => method(...args));
      return (...args: unknown[]) => {
        const answer = method(...args) as object;
        return Symbol.asyncIterator in answer
          ? faultySteps(answer as AsyncIterable<unknown>, plan, path)
          : faulty(answer, plan, property);
      };
    },
  });
}

async function meet(plan: FaultPlan, path: string, perform: () => unknown): Promise<unknown> {
  plan.count += 1;
  plan.log?.push(path);
  if (plan.fired || plan.count !== plan.at) return await perform();
  plan.fired = true;
  if (plan.kind === 'never') return await new Promise(() => undefined);
  if (plan.kind === 'lost') await perform();
  throw new StoreUnavailableError(`call ${plan.count}, ${path}, met the fault "${plan.kind}"`);
}

function faultySteps<T>(steps: AsyncIterable<T>, plan: FaultPlan, path: string): AsyncIterableIterator<T> {
  const iterator = steps[Symbol.asyncIterator]();
  const end = async (): Promise<IteratorResult<T>> => {
    await iterator.return?.();
    return { done: true, value: undefined };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        return (await meet(plan, `${path}.next`, () => iterator.next())) as IteratorResult<T>;
      } catch (error) {
        // Whoever iterates does not end what failed; what is read from must still let go of what it holds.
        await end();
        throw error;
      }
    },
    return: end,
  };
}

function hasMethods(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return true;
  return Object.values(value).some((member) => typeof member === 'function');
}
