import { describe, expect, test } from '@jest/globals';
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
const unexpected = (error: unknown): void => {
  throw error;
};

describe('the role of a Temporal worker', () => {
  test('starts while Temporal is away, works once it answers, and stops in order', async () => {
    const events: string[] = [];
    const answer = Promise.withResolvers<ConnectedWorker>();
    let tries = 0;
    const role = workerRole(() => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('connection refused')) : answer.promise;
    }, healthy);
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
    const role = workerRole(() => Promise.reject(new Error('connection refused')), healthy);
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
    await workerRole(async () => worker, healthy).start(fatal.resolve);
    end(ended);
    expect(String(await fatal.promise)).toContain(reason);
  });

  test('does not work while something else it needs is away', async () => {
    const { worker } = fakeWorker([]);
    const role = workerRole(
      async () => worker,
      () => Promise.reject(new Error('Postgres away')),
    );
    await role.start(unexpected);
    await new Promise(setImmediate);
    await expect(role.health()).rejects.toThrow('Postgres away');
    await role.stop();
  });
});
