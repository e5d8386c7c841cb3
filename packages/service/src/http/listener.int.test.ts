import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Public } from '../identity/index.ts';
import { listen } from './listener.ts';

let gate = Promise.withResolvers<void>();
let arrived = Promise.withResolvers<void>();
afterEach(() => {
  gate = Promise.withResolvers();
  arrived = Promise.withResolvers();
});

@Controller()
@Public()
class GateController {
  @Get('wait')
  async wait() {
    arrived.resolve();
    await gate.promise;
    return 'done';
  }
}

@Module({ controllers: [GateController] })
class GateModule {}

async function open() {
  const app = await NestFactory.create(GateModule, { logger: false });
  await app.init();
  return listen(app, '127.0.0.1', 0);
}

describe('closing a listener', () => {
  test('lets the request in flight end, takes no new one, and does not wait for keep-alive', async () => {
    const listener = await open();
    const agent = new Agent({ keepAlive: true });
    const request = get(`${listener.url}/wait`, { agent });
    const answer = once(request, 'response');
    await arrived.promise;
    const began = performance.now();
    const closing = listener.close();
    await expect(fetch(`${listener.url}/wait`)).rejects.toThrow();
    gate.resolve();
    const [response] = await answer;
    expect(response.statusCode).toBe(200);
    response.resume();
    await closing;
    expect(performance.now() - began).toBeLessThan(3_000);
    agent.destroy();
  });

  test('a taken port is told by its number', async () => {
    const first = await open();
    const port = Number(new URL(first.url).port);
    const app = await NestFactory.create(GateModule, { logger: false });
    await expect(listen(app, '127.0.0.1', port)).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
    await app.close();
    await first.close();
  });
});
