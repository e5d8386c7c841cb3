import { Command } from 'commander';

/** Exit code of a root script whose command line is wrong; 1 means that what was asked for failed. */
const MISUSED = 2;

/** The command line of a root script, named as people type it: `npm start --`. A mistake in it ends with exit code 2. */
export const rootCommand = (name: string): Command =>
  new Command(name)
    .showHelpAfterError(`"${name} --help" lists what can be said.`)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : MISUSED));
