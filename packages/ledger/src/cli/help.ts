import { ORDERCTL } from '../command-name.ts';
import type { Command } from './command.ts';
import { COMMON, type OptionSpec } from './options/parse.ts';

const SERVERS = `Servers are those of the stack that "npm start" runs in this checkout (.bezel/stack.json, or the folder in BEZEL_STATE).
The environment names others, all of one system; with some of them it is an error, so that no two systems are mixed:
  SHOP_AUDIT_URL, MES_AUDIT_URL, CRM_AUDIT_URL   Postgres URLs of the audit login of each app's database
  KAFKA_BROKERS, TEMPORAL_ADDRESS                also by their options
  TEMPORAL_NAMESPACE, TEMPORAL_PAYLOAD_KEYS      may be left out; the keys are those with which the apps encrypt
An option goes before either of them, for one server; --stack goes before the whole environment.
"repair" asks the shop's door as an administrator: that of the stack file, when all servers are those of the file, or else
  SHOP_URL, REPAIR_TOKEN_URL, REPAIR_CLIENT_ID, REPAIR_CLIENT_SECRET`;

const EXIT_CODES = `Exit codes: 0 all is accounted for, 1 an order is not, 2 wrong usage, 3 a source cannot be read or the command failed,
4 no source knows the order, 5 a repair could not be asked for, 130 interrupted.`;

/** What `orderctl --help` prints. */
export function overallHelp(commands: readonly Command[]): string {
  return [
    `Usage: ${ORDERCTL} <command> [options]`,
    '',
    ...aligned(commands.map(({ name, summary }) => [name, summary])),
    '',
    `${ORDERCTL} <command> --help says more of each. "npm run -s" leaves npm's own lines out, which --json wants.`,
    '',
    SERVERS,
    '',
    EXIT_CODES,
  ].join('\n');
}

/** What `orderctl <command> --help` prints. */
export function helpOf({ name, argument, summary, details, options }: Command): string {
  return [
    `Usage: ${ORDERCTL} ${name}${argument === undefined ? '' : ` <${argument}>`} [options]`,
    '',
    summary,
    ...(details === undefined ? [] : ['', details]),
    '',
    ...aligned([...options, ...COMMON].map((option) => [nameOf(option), option.help])),
    '',
    SERVERS,
    '',
    EXIT_CODES,
  ].join('\n');
}

const nameOf = ({ name, value }: OptionSpec): string => `--${name}${value === undefined ? '' : ` <${value}>`}`;

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
