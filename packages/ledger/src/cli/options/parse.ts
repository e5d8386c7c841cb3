import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/** An option of a command. Without `value` it is a switch. */
export interface OptionSpec {
  readonly name: string;
  /** What stands for its value in the help. */
  readonly value?: string;
  readonly help: string;
}

/** What every command understands. */
export const COMMON: readonly OptionSpec[] = [
  {
    name: 'stack',
    value: 'file',
    help: 'where the servers are, whatever the environment says: the stack file of an "npm start" (.bezel/stack.json)',
  },
  { name: 'kafka', value: 'brokers', help: 'host:port,… of Kafka, instead of KAFKA_BROKERS or the stack file’s' },
  {
    name: 'temporal',
    value: 'address',
    help: 'host:port of Temporal, instead of TEMPORAL_ADDRESS or the stack file’s',
  },
  { name: 'namespace', value: 'name', help: 'of Temporal, instead of TEMPORAL_NAMESPACE or the stack file’s' },
  { name: 'json', help: 'print one JSON document on one line instead of text' },
  { name: 'help', help: 'print this' },
];

/** A moment as the command line says it: in milliseconds since 1970, or before now. */
export type Moment = { readonly at: number } | { readonly agoMs: number };

/** Reads a command's part of the command line. @throws UsageError */
export function parseOptions(options: readonly OptionSpec[], args: readonly string[], argument?: string): Given {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: argument !== undefined,
      options: Object.fromEntries(
        [...COMMON, ...options].map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
      ),
    });
    if (positionals.length > 1) throw new UsageError(`one ${argument} at a time; got ${positionals.join(' ')}`);
    return new Given(values as Record<string, string | boolean | undefined>, positionals[0]);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

/** The options that were given. Each reader says what is wrong with a value, by a UsageError. */
export class Given {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  readonly #argument: string | undefined;

  constructor(values: Readonly<Record<string, string | boolean | undefined>>, argument?: string) {
    this.#values = values;
    this.#argument = argument;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** The one argument that stands without an option's name. */
  argument(what: string): string {
    if (this.#argument === undefined) throw new UsageError(`say which: ${what}`);
    return this.#argument;
  }

  wholeNumber(name: string): number | undefined {
    const text = this.text(name);
    if (text !== undefined && (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)) || Number(text) < 1)) {
      throw new UsageError(`--${name} must be a whole number of at least 1; got "${text}"`);
    }
    return text === undefined ? undefined : Number(text);
  }

  /** A length of time in ms: 90s, 15m, 2h, 3d. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = durationOf(text);
    if (ms === undefined)
      throw new UsageError(`--${name} must be a length of time like 90s, 15m, 2h or 3d; got "${text}"`);
    return ms;
  }

  /** An instant as RFC 3339 writes it, or how long ago it was: 90s, 15m, 2h, 3d. What is now, a clock has to tell. */
  moment(name: string): Moment | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ago = durationOf(text);
    if (ago !== undefined) return { agoMs: ago };
    const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
      ? Date.parse(text)
      : Number.NaN;
    if (Number.isNaN(at)) {
      throw new UsageError(
        `--${name} must be a time like 2026-01-31T12:00:00Z, or how long ago, like 90s, 15m, 2h or 3d; got "${text}"`,
      );
    }
    return { at };
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    const found = choices.find((choice) => choice === text);
    if (text !== undefined && found === undefined) {
      throw new UsageError(`--${name} must be one of ${choices.join(', ')}; got "${text}"`);
    }
    return found;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return count === undefined || unit === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}
