import type { Command } from './command.ts';
import { COMMON, type OptionSpec } from './options/parse.ts';

/** What `bezel-outbox --help` prints. */
export function overallHelp(commands: readonly Command[]): string {
  return [
    'Usage: bezel-outbox <command> [options]',
    '',
    ...aligned(commands.map(({ name, summary }) => [name, summary])),
    '',
    'bezel-outbox <command> --help says more of each.',
    '',
    'Exit codes: 0 done, 1 something was found that needs somebody, 2 wrong usage, 3 it failed.',
  ].join('\n');
}

/** What `bezel-outbox <command> --help` prints. */
export function helpOf({ name, summary, details, options }: Command): string {
  return [
    `Usage: bezel-outbox ${name} [options]`,
    '',
    summary,
    ...(details === undefined ? [] : ['', details]),
    '',
    ...aligned([...options, ...COMMON].map((option) => [nameOf(option), option.help])),
  ].join('\n');
}

const nameOf = ({ name, value, multiple }: OptionSpec): string =>
  `--${name}${value === undefined ? '' : ` <${value}>`}${multiple ? ' …' : ''}`;

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
