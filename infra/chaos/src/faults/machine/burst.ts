import { type FaultKind, until } from '../fault.ts';

const TIMES = 10;

export const burst: FaultKind = {
  name: 'burst',
  what: `${TIMES} times as many customers at once as usual`,
  lastsS: [60, 60],
  targets: () => ['shop'],
  missing: () => null,
  async inject(_, { load }) {
    load.turnUp(TIMES);
    return until(() => load.turnUp(1), { idle: () => (load.rose ? null : 'no customer more than usual came') });
  },
};
