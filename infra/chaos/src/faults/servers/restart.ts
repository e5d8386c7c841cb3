import type { FaultKind } from '../fault.ts';
import { killed } from '../processes/signals.ts';
import { servedHere } from './served-here.ts';

const restart = (
  server: 'postgres' | 'kafka' | 'temporal',
  what: string,
  signalOf: (draw: number) => NodeJS.Signals,
): FaultKind => ({
  name: `${server}-restart`,
  what,
  lastsS: [0, 0],
  targets: () => [server],
  missing: (system) => servedHere(server, system),
  inject: ({ draw }, system) => killed(server, signalOf(draw), system),
});

/** SIGQUIT is Postgres' immediate shutdown: no checkpoint, every session is dropped, WAL is replayed at the start. */
export const postgresRestart = restart(
  'postgres',
  'immediate shutdown of Postgres, which comes back by crash recovery',
  () => 'SIGQUIT',
);
export const kafkaRestart = restart('kafka', 'the broker ends, in order or by SIGKILL, and is started again', (draw) =>
  draw < 0.5 ? 'SIGTERM' : 'SIGKILL',
);
export const temporalRestart = restart(
  'temporal',
  'Temporal ends, in order or by SIGKILL, and is started again',
  (draw) => (draw < 0.5 ? 'SIGTERM' : 'SIGKILL'),
);
