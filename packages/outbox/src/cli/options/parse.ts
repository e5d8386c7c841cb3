import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/** An option of a command. Without `value` it is a switch. */
export interface OptionSpec {
  readonly name: string;
  /** What stands for its value in the help. */
  readonly value?: string;
  /** May be given more than once. */
  readonly multiple?: boolean;
  readonly help: string;
}

export const COMMON: readonly OptionSpec[] = [
  {
    name: 'database-url',
    value: 'url',
    help: 'the database; else DATABASE_URL, else PGHOST, PGDATABASE, PGSSLMODE … as psql',
  },
  { name: 'schema', value: 'name', help: 'the schema of the outbox (outbox)' },
  { name: 'json', help: 'print one JSON document on one line instead of text' },
  { name: 'help', help: 'print this' },
];

/** Reads the options of a command. @throws UsageError */
export function parseOptions(options: readonly OptionSpec[], args: readonly string[]): Given {
  const specs = [...COMMON, ...options];
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: Object.fromEntries(
        specs.map(({ name, value, multiple = false }) => [
          name,
          { type: value === undefined ? 'boolean' : 'string', multiple },
        ]),
      ),
    });
    return new Given(values as Record<string, string | boolean | string[] | undefined>);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The options that were given. Each reader says what is wrong with a value, by a UsageError. */
export class Given {
  readonly #values: Readonly<Record<string, string | boolean | string[] | undefined>>;

  constructor(values: Readonly<Record<string, string | boolean | string[] | undefined>>) {
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value : [];
  }

  wholeNumber(name: string): number | undefined {
    const text = this.text(name);
    if (text !== undefined && (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))) {
      throw new UsageError(`--${name} must be a whole number; got "${text}"`);
    }
    return text === undefined ? undefined : Number(text);
  }

  /** An instant as RFC 3339 writes it, or how long ago it was: 90s, 15m, 2h, 3d. */
  instant(name: string, now: () => number = Date.now): Date | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
    if (count !== undefined) {
      return new Date(now() - Number(count) * (SECONDS[unit ?? ''] ?? 0) * 1_000);
    }
    const instant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
      ? new Date(text)
      : new Date(Number.NaN);
    if (Number.isNaN(instant.getTime())) {
      throw new UsageError(
        `--${name} must be a time like 2026-01-31T12:00:00Z, or how long ago, like 90s, 15m, 2h or 3d; got "${text}"`,
      );
    }
    return instant;
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

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
