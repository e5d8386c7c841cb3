import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { StackFile } from '@bezel/local';
import { waitFor } from '@bezel/local/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Tally } from '../clients/tally.ts';
import type { Stack } from '../stack/stack.ts';
import { allBack, type Kill, killByPlan } from './killer.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** A stack of real processes that is only as much of a stack as the killer looks at. */
class FewProcesses {
  readonly children = new Map<string, ChildProcess>();

  start(name: string): ChildProcess {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    running.push(child);
    this.children.set(name, child);
    return child;
  }

  get stack(): Stack {
    const file = (): StackFile => {
      const processes = [...this.children].map(([name, { pid, exitCode, signalCode }]) => ({
        name,
        roles: name === 'postgres' ? ['server'] : ['api'],
        pid: exitCode === null && signalCode === null ? (pid ?? null) : null,
        container: null,
        restarts: 0,
      }));
      return { processes } as unknown as StackFile;
    };
    return { now: file, own: false, async [Symbol.asyncDispose]() {} };
  }
}

const never = new AbortController().signal;

describe('killByPlan', () => {
  test('kills when the clients have come far enough, never a server, and says whom', async () => {
    const processes = new FewProcesses();
    const shop = processes.start('shop-api');
    processes.start('postgres');
    const tally = new Tally();
    const kills: Kill[] = [];
    const died = once(shop, 'exit');
    const killing = killByPlan(
      [{ afterSteps: 2, victim: 0.99 }],
      { stack: processes.stack, tally, servers: false, onKill: (kill) => kills.push(kill) },
      { hurry: never, signal: never },
    );
    tally.count('submitted');
    expect(kills).toEqual([]);
    tally.count('accepted');
    await killing;
    expect(await died).toEqual([null, 'SIGKILL']);
    expect(kills).toEqual([{ name: 'shop-api', pid: shop.pid, afterSteps: 2 }]);
  });

  test('waits while nobody is there to be killed, and carries out the rest at once when hurried', async () => {
    const processes = new FewProcesses();
    const first = processes.start('mes-api');
    const kills: Kill[] = [];
    const hurry = new AbortController();
    const killing = killByPlan(
      [
        { afterSteps: 0, victim: 0 },
        { afterSteps: 1_000, victim: 0 },
      ],
      { stack: processes.stack, tally: new Tally(), servers: false, onKill: (kill) => kills.push(kill) },
      { hurry: hurry.signal, signal: never },
    );
    await once(first, 'exit');
    hurry.abort();
    const second = processes.start('mes-api');
    await killing;
    expect(kills.map(({ pid }) => pid)).toEqual([first.pid, second.pid]);
  });
});

test('allBack waits for another pid, and names what stays away', async () => {
  const processes = new FewProcesses();
  const killed = processes.start('crm-api');
  const kill = { name: 'crm-api', pid: killed.pid ?? 0, afterSteps: 0 };
  const done = new AbortController();
  const waiting = allBack(processes.stack, [kill], done.signal);
  killed.kill('SIGKILL');
  await waitFor('the end', () => killed.signalCode !== null);
  processes.start('crm-api');
  expect(await waiting).toEqual([]);
  done.abort();
  processes.children.set('shop-api', killed);
  expect(await allBack(processes.stack, [kill], done.signal)).toEqual(['shop-api']);
});
