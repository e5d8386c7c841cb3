import { afterAll, describe, expect, test } from '@jest/globals';
import { createLifeCycle } from './life-cycle.ts';
import { openManagement } from './management.ts';

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) {
    await close();
  }
});

async function managed(health: () => Promise<void>) {
  const life = createLifeCycle([{ name: 'api', role: { start: async () => {}, stop: async () => {}, health } }], []);
  const { url, close } = await openManagement(life, '127.0.0.1', 0);
  closing.push(close);
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return { life, get };
}

describe('the management port', () => {
  test('is ready exactly while the roles work, and alive all the time', async () => {
    let reason: Error | undefined;
    const { life, get } = await managed(async () => {
      if (reason !== undefined) {
        throw reason;
      }
    });
    const both = async () => [(await get('/health/live')).status, (await get('/health/ready')).status];
    expect(await both()).toEqual([200, 503]);
    await life.start(() => {});
    expect(await both()).toEqual([200, 200]);
    reason = new Error('Postgres does not answer');
    expect(await both()).toEqual([200, 503]);
    expect((await get('/health/ready')).text).toMatch(/Postgres does not answer/);
    reason = undefined;
    expect(await both()).toEqual([200, 200]);
    await life.stop();
    expect(await both()).toEqual([200, 503]);
  });

  test('a health check that hangs counts as not ready', async () => {
    const { life, get } = await managed(() => new Promise(() => {}));
    await life.start(() => {});
    expect((await get('/health/ready')).status).toBe(503);
  });

  test('shows metrics of the process in Prometheus text', async () => {
    const { get } = await managed(async () => {});
    const { status, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(text).toMatch(/^# TYPE process_memory_resident_bytes gauge$/m);
    expect(text).toMatch(/^process_event_loop_delay_p99_seconds [0-9.e-]+$/m);
  });
});
