import { describe, expect, test } from '@jest/globals';
import type { OnApplicationShutdown } from '@nestjs/common';
import { type ConnectedWorker, workerRole } from './worker-role.ts';

function fakeWorker(events: string[]) {
  const ended = Promise.withResolvers<void>();
  const worker: ConnectedWorker = {
    run: () => ended.promise,
    shutdown: () => {
      events.push('shutdown');
      ended.resolve();
    },
    check: async () => {},
    close: async () => void events.push('close'),
  };
  return { worker, ended };
}

const healthy = async (): Promise<void> => {};
/** The role of a worker without activities. */
const roleOf = (connect: () => Promise<ConnectedWorker>, alsoNeeds = healthy) =>
  workerRole({ activities: { useFactory: () => ({}) }, connect, alsoNeeds });
const unexpected = (error: unknown): void => {
  throw error;
};

describe('the role of a Temporal worker', () => {
  test('starts while Temporal is away, works once it answers, and stops in order', async () => {
    const events: string[] = [];
    const answer = Promise.withResolvers<ConnectedWorker>();
    let tries = 0;
    const role = roleOf(() => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('connection refused')) : answer.promise;
    });
    await role.start(unexpected);
    await expect(role.health()).rejects.toThrow('not connected to Temporal yet');
    answer.resolve(fakeWorker(events).worker);
    while (
      await role.health().then(
        () => false,
        () => true,
      )
    ) {
      await new Promise(setImmediate);
    }
    expect(tries).toBe(2);
    await role.stop();
    expect(events).toEqual(['shutdown', 'close']);
  });

  test('stops at once while it still waits for Temporal', async () => {
    const role = roleOf(() => Promise.reject(new Error('connection refused')));
    await role.start(unexpected);
    await role.stop();
    await expect(role.health()).rejects.toThrow('not connected');
  });

  test.each([
    ['fails', (end: PromiseWithResolvers<void>) => end.reject(new Error('poller died')), 'poller died'],
    ['ends by itself', (end: PromiseWithResolvers<void>) => end.resolve(), 'ended by itself'],
  ])('a worker that %s is fatal', async (_what, end, reason) => {
    const { worker, ended } = fakeWorker([]);
    const fatal = Promise.withResolvers<unknown>();
    await roleOf(async () => worker).start(fatal.resolve);
    end(ended);
    expect(String(await fatal.promise)).toContain(reason);
  });

  test('makes its activities of what is injected, and closes what was imported after the worker', async () => {
    const events: string[] = [];
    const WRITER = Symbol('writer');
    class WriterModule implements OnApplicationShutdown {
      onApplicationShutdown() {
        events.push('shut down');
      }
    }
    const imported = {
      module: WriterModule,
      providers: [{ provide: WRITER, useValue: 'a writer' }],
      exports: [WRITER],
    };
    const role = workerRole({
      imports: [imported],
      activities: { inject: [WRITER], useFactory: (writer: string) => ({ writer }) },
      async connect({ writer }) {
        events.push(`connect with ${writer}`);
        return fakeWorker(events).worker;
      },
      alsoNeeds: healthy,
    });
    await role.start(unexpected);
    await role.stop();
    expect(events).toEqual(['connect with a writer', 'shutdown', 'close', 'shut down']);
  });

  test('a role whose activities cannot be made says why, and can be stopped', async () => {
    const role = workerRole({
      activities: { inject: ['nowhere'], useFactory: () => ({}) },
      connect: async () => fakeWorker([]).worker,
      alsoNeeds: healthy,
    });
    await expect(role.start(unexpected)).rejects.toThrow('nowhere');
    await role.stop();
  });

  test('does not work while something else it needs is away', async () => {
    const { worker } = fakeWorker([]);
    const role = roleOf(
      async () => worker,
      () => Promise.reject(new Error('Postgres away')),
    );
    await role.start(unexpected);
    await new Promise(setImmediate);
    await expect(role.health()).rejects.toThrow('Postgres away');
    await role.stop();
  });
});
