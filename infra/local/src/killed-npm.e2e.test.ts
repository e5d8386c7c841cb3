import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { identify, isAlive, type ProcessIdentity } from './processes/process-identity.ts';
import { CHECKOUT } from './stack/places.ts';
import type { StackFile } from './stack/state/stack-file.ts';
import { waitFor } from './testing/index.ts';
import { runStart } from './testing/programs/running-start.ts';
import { temporaryStackState } from './testing/programs/stack-state.ts';

/** `npm start` as a person types it, until it is ready: the start and the servers are children of a child of npm. */
async function npmStart(state: string): Promise<{ npm: number; stack: StackFile; ended: Promise<unknown> }> {
  const child = spawn('npm', ['start', '--', '--json', '--only-servers'], {
    cwd: CHECKOUT,
    env: { ...process.env, BEZEL_STATE: state },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) {
      return { npm: child.pid ?? 0, stack: JSON.parse(line) as StackFile, ended };
    }
  }
  throw new Error('npm start ended before it was ready');
}

const identities = ({ starter, processes }: StackFile): ProcessIdentity[] => [
  starter,
  ...processes.flatMap(({ pid }) => (pid === null ? [] : (identify(pid) ?? []))),
];

test('SIGTERM to npm, which does not reach the start: it ends with all its servers all the same', async () => {
  await using state = temporaryStackState();
  const { npm, stack } = await npmStart(state.path);
  const running = identities(stack);
  expect(running).toHaveLength(5);
  process.kill(npm, 'SIGTERM');
  await waitFor('everything to end', () => !running.some(isAlive), { deadlineMs: 60_000 });
}, 240_000);

test('a start right after a SIGKILL of npm waits until the last one has ended, and has its addresses', async () => {
  await using state = temporaryStackState();
  const { npm, stack, ended } = await npmStart(state.path);
  const running = identities(stack);
  process.kill(npm, 'SIGKILL');
  await ended;
  expect(isAlive(stack.starter)).toBe(true);
  await using next = runStart(state.path, { args: ['--only-servers'] });
  const { servers } = await next.ready;
  expect(next.lines[0]).toContain(`the last start (process ${stack.starter.pid}) is ending`);
  expect(running.some(isAlive)).toBe(false);
  expect(servers).toEqual(stack.servers);
}, 240_000);
