import { type FaultKind, until } from '../fault.ts';

const HOUR_S = 3_600;
/** Forward and back, by seconds, minutes and hours: tokens end, leases seem old, the past comes again. */
const JUMPS_S = [-2 * HOUR_S, -10 * 60, -90, 90, 10 * 60, 2 * HOUR_S] as const;

export const clockJump: FaultKind = {
  name: 'clock-jump',
  what: 'the clock of one process of an app is set wrong by 90 seconds to two hours, and right again later',
  lastsS: [5, 20],
  targets: (processes) => processes.map(({ name }) => name),
  missing: ({ clocks }) => (typeof clocks === 'string' ? clocks : null),
  async inject({ target, draw }, { clocks }) {
    if (typeof clocks === 'string') throw new Error(clocks);
    await clocks.set(target, JUMPS_S[Math.floor(draw * JUMPS_S.length)] ?? HOUR_S);
    return until(() => clocks.set(target, 0));
  },
};
