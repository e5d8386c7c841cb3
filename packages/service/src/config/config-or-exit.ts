import { log } from '../telemetry/index.ts';
import { ConfigInvalidError } from './read-config.ts';

/**
 * Gives the process's environment to the app's reader. When it does not fit, the process says what is wrong with it and
 * ends with exit code 1: starting again would not help, changing the environment does.
 */
export function configOrExit<Config>(read: (variables: NodeJS.ProcessEnv) => Config): Config {
  try {
    return read(process.env);
  } catch (error) {
    if (error instanceof ConfigInvalidError) {
      log.fatal({ 'error.code': error.code }, error.message);
      process.exit(1);
    }
    throw error;
  }
}
