import { type FaultKind, until } from '../fault.ts';
import { servedHere } from '../servers/served-here.ts';

export const diskFull: FaultKind = {
  name: 'disk-full',
  what: "the broker's disk is full, until room is made",
  lastsS: [5, 15],
  targets: () => ['kafka'],
  missing: (system) => servedHere('kafka', system) ?? (typeof system.disk === 'string' ? system.disk : null),
  async inject(_, system) {
    const { disk } = system;
    if (typeof disk === 'string') throw new Error(disk);
    await disk.fill();
    return until(() => disk.empty(), { back: () => system.pidOf('kafka') !== null });
  },
};
