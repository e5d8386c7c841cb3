import type { FaultKind } from '../fault.ts';
import { killed } from './signals.ts';

export const processKill: FaultKind = {
  name: 'process-kill',
  what: 'SIGKILL of one process of an app, of each role in turn',
  lastsS: [0, 0],
  targets: (processes) => processes.map(({ name }) => name),
  missing: () => null,
  inject: ({ target }, system) => killed(target, 'SIGKILL', system),
};
