import { ORDERCTL } from '../command-name.ts';
import { RepairNotAskedError } from '../repair/asking/repair-client.ts';
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
import { printPieces } from './terminal/print-pieces.ts';
import { type Progress, progressOn } from './terminal/progress.ts';

/** It was told to end, and ended in order. */
class RunInterruptedError extends Error {
  readonly code = 'interrupted';

  constructor() {
    super('ended before it was done');
    this.name = 'RunInterruptedError';
  }
}

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
    const json = args.includes('--json');
    if (around.signal.aborted) {
      around.err.write(complaint(new RunInterruptedError(), json));
      return EXIT.interrupted;
    }
    around.err.write(`${complaint(error, json)}${json ? '' : advice(error, command?.name)}`);
    return exitCodeOf(error);
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
  const json = given.flag('json');
  if ('jsonPieces' in outcome) {
    const { out, signal } = around;
    return printPieces(json ? outcome.jsonPieces() : outcome.textPieces(paint), { out, signal, before: progress.end });
  }
  around.out.write(json ? `${JSON.stringify(outcome.document)}\n` : `${outcome.text(paint).trimEnd()}\n`);
  if (outcome.failure === undefined) return outcome.exitCode ?? EXIT.done;
  around.err.write(complaint(outcome.failure, json));
  return exitCodeOf(outcome.failure);
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof RepairNotAskedError) return EXIT.notAsked;
  return error instanceof UsageError ? EXIT.usage : EXIT.unread;
}

/** A failure in one line; as JSON with the code by which programs know it, if it has one. */
function complaint(error: unknown, json: boolean): string {
  const { message, code } = failureOf(error);
  if (json) return `${JSON.stringify({ error: { code, message } })}\n`;
  return `orderctl: ${message}${code === null || error instanceof UsageError ? '' : ` (${code})`}\n`;
}

/** What people are told besides, when nothing came of a command. */
function advice(error: unknown, command: string | undefined): string {
  if (!(error instanceof UsageError)) return 'Nothing more is known of the orders: this is no "all is well".\n';
  return `${ORDERCTL} ${command === undefined ? '--help lists the commands' : `${command} --help says what it takes`}.\n`;
}
