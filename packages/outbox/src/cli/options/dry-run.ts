import type { OptionSpec } from './parse.ts';

/** Every command that changes something takes it. */
export const DRY_RUN: OptionSpec = { name: 'dry-run', help: 'say what would be done, and change nothing' };
