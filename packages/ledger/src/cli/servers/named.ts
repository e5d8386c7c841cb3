import type { Given } from '../options/parse.ts';
import { ServersMixedError } from './servers-errors.ts';

/** What names a part of a system: a variable of the environment, and the option that goes before it. */
interface Name {
  readonly variable: string;
  readonly option?: string;
  /** There is a default, or it may do without. */
  readonly optional?: boolean;
}

const NAMES: readonly Name[] = [
  { variable: 'SHOP_AUDIT_URL' },
  { variable: 'MES_AUDIT_URL' },
  { variable: 'CRM_AUDIT_URL' },
  { variable: 'KAFKA_BROKERS', option: 'kafka' },
  { variable: 'TEMPORAL_ADDRESS', option: 'temporal' },
  { variable: 'TEMPORAL_NAMESPACE', option: 'namespace', optional: true },
  { variable: 'TEMPORAL_PAYLOAD_KEYS', optional: true },
];

const isGiven = (given: Given, { option }: Name): boolean => option !== undefined && given.text(option) !== undefined;

/**
 * Whether the environment names the servers. It names all of a system or none: what was left over from other work must not send an
 * audit to the Kafka of one system and the databases of another. `--stack` goes before the environment as a whole, the option of one
 * server before its variable.
 *
 * @throws ServersMixedError
 */
export function environmentNames(given: Given, env: NodeJS.ProcessEnv): boolean {
  if (given.text('stack') !== undefined) return false;
  const named = NAMES.filter(({ variable }) => env[variable]);
  if (named.length === 0) return false;
  const missing = NAMES.filter((name) => !env[name.variable] && !name.optional && !isGiven(given, name));
  const variables = (names: readonly Name[]): string[] => names.map(({ variable }) => variable);
  if (missing.length > 0) throw new ServersMixedError(variables(named), variables(missing));
  return true;
}

/** Whether an option names a server, which may be one of another system. */
export const optionNamesOne = (given: Given): boolean => NAMES.some((name) => isGiven(given, name));
