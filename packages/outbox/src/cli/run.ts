import { readFileSync } from 'node:fs';
import { DEFAULT_SCHEMA, quoteSchema } from '../database/schema-name.ts';
import { type Command, EXIT, type ExitCode, type Outcome } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { failureOf } from './failure.ts';
import { helpOf, overallHelp } from './help.ts';
import { type Given, parseOptions } from './options/parse.ts';
import { UsageError } from './options/usage-error.ts';
import { connection } from './postgres/connect.ts';
import type { Surroundings } from './surroundings.ts';
import { paintFor } from './terminal/paint.ts';
import { watch } from './watch.ts';

/** Runs one command line and answers the exit code. It does not throw. */
export async function run(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === '--version') {
    around.out.write(`${packageVersion()}\n`);
    return EXIT.done;
  }
  if (name === 'help' && rest.length > 0) {
    return run([...rest, '--help'], around);
  }
  if (name === undefined || name === '--help' || name === 'help') {
    around[name === undefined ? 'err' : 'out'].write(`${overallHelp(COMMANDS)}\n`);
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  try {
    if (command === undefined) {
      throw new UsageError(`there is no command "${name}"`);
    }
    return await runCommand(command, rest, around);
  } catch (error) {
    around.err.write(complaint(error, rest.includes('--json'), command?.name));
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function runCommand(command: Command, args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const given = parseOptions(command.options, args);
  if (given.flag('help')) {
    around.out.write(`${helpOf(command)}\n`);
    return EXIT.done;
  }
  const schemaName = checkedSchema(given);
  const settings = { given, schemaName, env: around.env };
  const show = ({ document, text }: Outcome): void => {
    const paint = paintFor(around.out, around.env);
    around.out.write(given.flag('json') ? `${JSON.stringify(document)}\n` : `${text(paint).trimEnd()}\n`);
  };
  const everyMs = command.everyMs?.(given);
  if (everyMs !== undefined) {
    const complain = (error: unknown): unknown => around.err.write(complaint(error, given.flag('json'), command.name));
    await watch(command, settings, { around, everyMs, show, complain });
    return EXIT.done;
  }
  await using db = connection(given, around.env);
  const outcome = await command.run({ ...settings, db });
  show(outcome);
  return outcome.exitCode ?? EXIT.done;
}

function checkedSchema(given: Given): string {
  const name = given.text('schema') ?? DEFAULT_SCHEMA;
  try {
    quoteSchema(name);
  } catch (error) {
    throw new UsageError((error as Error).message.replace('schemaName', '--schema'));
  }
  return name;
}

/** A failure in one line; as JSON with the code by which programs know it, if it has one. */
function complaint(error: unknown, json: boolean, command?: string): string {
  const { message, code } = failureOf(error);
  if (json) {
    return `${JSON.stringify({ error: { code, message } })}\n`;
  }
  const help = command === undefined ? '--help lists the commands' : `${command} --help says what it takes`;
  const hint = error instanceof UsageError ? `\nbezel-outbox ${help}.` : '';
  return `bezel-outbox: ${message}${code === null || hint !== '' ? '' : ` (${code})`}${hint}\n`;
}

function packageVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
