import { setTimeout as delay } from 'node:timers/promises';
import type { Command, Context, Outcome } from './command.ts';
import { connection } from './postgres/connect.ts';
import type { Surroundings } from './surroundings.ts';

interface Watching {
  readonly around: Surroundings;
  readonly everyMs: number;
  readonly show: (outcome: Outcome) => void;
  readonly complain: (error: unknown) => void;
}

/** To the upper left corner, and nothing below it. */
const CLEAR = '\u001b[H\u001b[J';

/**
 * Runs a command again and again, until the process is told to end. On a terminal each view takes the place of the one
 * before. What fails is told and tried again on a new connection: a live view is most wanted while things fail.
 */
export async function watch(
  command: Command,
  settings: Omit<Context, 'db'>,
  { around: { out, env, ending }, everyMs, show, complain }: Watching,
): Promise<void> {
  const signal = ending();
  let db = connection(settings.given, env);
  try {
    while (!signal.aborted) {
      try {
        const outcome = await command.run({ ...settings, db });
        if (out.isTTY === true && !settings.given.flag('json')) out.write(CLEAR);
        show(outcome);
      } catch (error) {
        complain(error);
        await db[Symbol.asyncDispose]();
        db = connection(settings.given, env);
      }
      await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  } finally {
    await db[Symbol.asyncDispose]();
  }
}
