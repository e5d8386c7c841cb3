import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from '@bezel/local/testing';

/** Somebody at a terminal in an empty folder, who does what a page says. The folder and all programs go with him. */
export interface Reader extends AsyncDisposable {
  /** Writes a file in the folder he is in. */
  write(name: string, text: string): Promise<void>;
  /** Types commands, one line after the other; rejects when one of them fails. Programs of earlier steps go on in the background. */
  type(commands: string): Promise<void>;
  /** Waits until the terminal has shown these lines, in this order, since the last commands were typed; other lines may be between. */
  sees(lines: string): Promise<void>;
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** A page shows one id, and each run makes another one. */
const withoutIds = (line: string): string => line.trimEnd().replaceAll(UUID, '…');

/** How long he waits for a command to end or a line to come is up to `deadlineMs`. */
export function openTerminal(env: Readonly<Record<string, string | undefined>>, deadlineMs = 120_000): Reader {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bezel-reader-')));
  // In a group of its own, so that what it started in the background ends with it.
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(shell, 'close');
  const shown: string[] = [];
  for (const output of [shell.stdout, shell.stderr]) {
    createInterface({ input: output }).on('line', (line) => shown.push(line));
  }
  let typedAt = 0;
  let steps = 0;

  const until = async <T>(what: string, look: () => T | undefined): Promise<T> => {
    try {
      return await waitFor(
        what,
        () => {
          if (shell.exitCode !== null || shell.signalCode !== null) throw new Error('the shell has ended');
          return look();
        },
        { deadlineMs, everyMs: 50 },
      );
    } catch (cause) {
      throw new Error(`${what}: not so; the terminal shows\n${shown.slice(typedAt).join('\n')}`, { cause });
    }
  };

  const type = async (commands: string): Promise<void> => {
    typedAt = shown.length;
    const mark = `-- step ${++steps} ended with`;
    const lines = commands.split('\n').filter((line) => line.trim() !== '');
    // After a line that failed none is run. Braces open no shell of their own, so `cd` and background programs stay.
    shell.stdin.write(
      `failed=0\n${lines.map((line) => `[ $failed = 0 ] && { ${asGroup(line)} } < /dev/null || failed=1\n`).join('')}`,
    );
    shell.stdin.write(`echo "${mark} $failed"\n`);
    const end = await until(`"${commands.trim()}" to end`, () =>
      shown.slice(typedAt).find((line) => line.startsWith(mark)),
    );
    if (!end.endsWith(' 0')) {
      throw new Error(`"${commands.trim()}" failed; the terminal shows\n${shown.slice(typedAt).join('\n')}`);
    }
  };

  return {
    type,
    async write(name, text) {
      // He may have changed folders since.
      typedAt = shown.length;
      shell.stdin.write('echo "-- in $PWD"\n');
      const place = await until('the folder', () => shown.slice(typedAt).find((line) => line.startsWith('-- in ')));
      writeFileSync(join(place.slice('-- in '.length), name), text);
    },
    async sees(lines) {
      const wanted = lines.trimEnd().split('\n').map(withoutIds);
      await until(`these lines: ${wanted.join(' · ')}`, () => {
        let found = 0;
        for (const line of shown.slice(typedAt)) if (withoutIds(line) === wanted[found]) found += 1;
        return found === wanted.length || undefined;
      });
    },
    async [Symbol.asyncDispose]() {
      try {
        process.kill(-(shell.pid ?? Number.NaN), 'SIGKILL');
      } catch {
        // It has ended, and all it started.
      }
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A line that starts a background program ends with `&`, and after that bash wants no `;`. */
const asGroup = (line: string): string => (line.trimEnd().endsWith('&') ? line : `${line};`);
