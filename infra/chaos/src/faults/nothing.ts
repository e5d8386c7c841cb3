import { type FaultKind, OVER_AT_ONCE } from './fault.ts';

/** What the others are measured against: the time until a new order is being made, when nothing broke. */
export const nothing: FaultKind = {
  name: 'nothing',
  what: 'no fault: what the recovery of the others is to be compared with',
  lastsS: [0, 0],
  targets: () => ['the system'],
  missing: () => null,
  inject: async () => OVER_AT_ONCE,
};
