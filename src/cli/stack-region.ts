import { environment } from '../environment.js';
import type { Fault } from '../errors.js';

/** The region of the stack that `--stack` names, and what is wrong with the options beside it. */
export function stackRegion({ ledger }: { readonly ledger?: string }): { region: string; faults: Fault[] } {
  const region = environment.region() ?? '';
  return {
    region,
    faults: [...(region === '' ? [needsRegion] : []), ...(ledger === undefined ? [] : [ownLedger])],
  };
}

const needsRegion: Fault = {
  field: '--stack',
  message: 'needs a region: set AWS_REGION to the one that the stack is in',
};
const ownLedger: Fault = { field: '--ledger', message: 'is of no use with --stack: a stack records runs in its own' };
