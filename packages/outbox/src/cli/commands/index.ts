import type { Command } from '../command.ts';
import { adopt } from './adopt.ts';
import { doctor } from './doctor.ts';
import { gaps } from './gaps.ts';
import { lag } from './lag.ts';
import { migrate } from './migrate.ts';
import { parked } from './parked.ts';
import { redrive } from './redrive.ts';
import { replay } from './replay.ts';
import { status } from './status.ts';
import { verify } from './verify.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  migrate,
  status,
  lag,
  gaps,
  parked,
  redrive,
  replay,
  verify,
  adopt,
  doctor,
];
