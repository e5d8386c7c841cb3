import { ORDERCTL } from '../command-name.ts';
import { RepairNotAskedError } from '../repair/repair-client.ts';
import { type Command, EXIT, type ExitCode } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { failureOf } from './failure.ts';
import { helpOf, overallHelp } from './help.ts';
import { parseOptions } from './options/parse.ts';
import { UsageError } from './options/usage-error.ts';
import { doorOf } from './servers/door.ts';
import { serversOf } from './servers/servers.ts';
import type { Surroundings } from './surroundings.ts';
import { paintFor } from './terminal/paint.ts';
import { type Progress, progressOn } from './terminal/progress.ts';

/** Runs one command line and answers the exit code. It does not throw. */
export async function run(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === 'help' && rest.length > 0) return run([...rest, '--help'], around);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    around[name === undefined ? 'err' : 'out'].write(`${overallHelp(COMMANDS)}\n`);
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  const progress = progressOn(around.err);
  try {
    if (command === undefined) throw new UsageError(`there is no command "${name}"`);
    return await runCommand(command, rest, { around, progress });
  } catch (error) {
    progress.end();
    if (around.signal.aborted) {
      around.err.write('orderctl: ended before it was done\n');
      return EXIT.interrupted;
    }
    around.err.write(complaint(error, rest.includes('--json'), command?.name));
    if (error instanceof RepairNotAskedError) return EXIT.notAsked;
    return error instanceof UsageError ? EXIT.usage : EXIT.unread;
  } finally {
    progress.end();
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  { around, progress }: { readonly around: Surroundings; readonly progress: Progress },
): Promise<ExitCode> {
  const given = parseOptions(command.options, args, command.argument);
  if (given.flag('help')) {
    around.out.write(`${helpOf(command)}\n`);
    return EXIT.done;
  }
  const outcome = await command.run({
    given,
    servers: () => serversOf(given, around),
    door: ({ file }) => doorOf(file, around.env),
    progress: progress.show,
    signal: around.signal,
  });
  progress.end();
  const paint = paintFor(around.out, around.env);
  around.out.write(given.flag('json') ? `${JSON.stringify(outcome.document)}\n` : `${outcome.text(paint).trimEnd()}\n`);
  return outcome.exitCode ?? EXIT.done;
}

/** A failure in one line; as JSON with the code by which programs know it, if it has one. */
function complaint(error: unknown, json: boolean, command?: string): string {
  const { message, code } = failureOf(error);
  if (json) return `${JSON.stringify({ error: { code, message } })}\n`;
  const help = command === undefined ? '--help lists the commands' : `${command} --help says what it takes`;
  if (error instanceof UsageError) return `orderctl: ${message}\n${ORDERCTL} ${help}.\n`;
  const said = `orderctl: ${message}${code === null ? '' : ` (${code})`}\n`;
  if (error instanceof RepairNotAskedError) return said;
  return `${said}Nothing is known of the orders: this is no "all is well".\n`;
}
