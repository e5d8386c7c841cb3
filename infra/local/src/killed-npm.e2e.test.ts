import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { identify } from './processes/process-identity.ts';
import { CHECKOUT } from './stack/places.ts';
import type { StackFile } from './stack/stack-file.ts';
import { runStart } from './testing/running-start.ts';
import { temporaryStackState } from './testing/stack-state.ts';

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

test('after a SIGKILL of npm alone, whose start lives on, the next start ends that one and takes its place', async () => {
  await using state = temporaryStackState();
  const { npm, stack, ended } = await npmStart(state.path);
  const left = [stack.starter, ...stack.processes.flatMap(({ pid }) => (pid === null ? [] : (identify(pid) ?? [])))];
  process.kill(npm, 'SIGKILL');
  await ended;
  expect(identify(stack.starter.pid)).toEqual(stack.starter);
  await using next = runStart(state.path, { args: ['--only-servers'] });
  const { servers } = await next.ready;
  expect(next.lines.join('\n')).toContain(`a start whose npm was killed still runs (process ${stack.starter.pid})`);
  expect(left.filter(({ pid, started }) => identify(pid)?.started === started)).toEqual([]);
  expect(servers).toEqual(stack.servers);
}, 240_000);
