import type { FaultKind } from './fault.ts';
import { burst } from './machine/burst.ts';
import { clockJump } from './machine/clock-jump.ts';
import { diskFull } from './machine/disk-full.ts';
import { duplicates } from './messages/duplicates.ts';
import { poison } from './messages/poison.ts';
import { reordered } from './messages/reordered.ts';
import { linkCut, linkSilent, linkSlow } from './network/links.ts';
import { nothing } from './nothing.ts';
import { processKill } from './processes/kill.ts';
import { processPause } from './processes/pause.ts';
import { kafkaPause } from './servers/kafka-pause.ts';
import { kafkaRestart, postgresRestart, temporalRestart } from './servers/restart.ts';

/** Every kind, in the order of the help and the table. */
export const FAULT_KINDS: readonly FaultKind[] = [
  processKill,
  processPause,
  postgresRestart,
  kafkaRestart,
  kafkaPause,
  temporalRestart,
  linkCut,
  linkSilent,
  linkSlow,
  clockJump,
  diskFull,
  duplicates,
  reordered,
  poison,
  burst,
  nothing,
];
