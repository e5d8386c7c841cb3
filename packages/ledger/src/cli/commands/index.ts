import type { Command } from '../command.ts';
import { audit } from './audit.ts';
import { list } from './list.ts';
import { repair } from './repair.ts';
import { why } from './why.ts';

/** Every subcommand, in the order of the help. A new one is a file here and a line below. */
export const COMMANDS: readonly Command[] = [audit, list, why, repair];
