import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { askEngine } from './engine.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bezel engine '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function listening(name: string, handle: RequestListener): Promise<{ host: string } & AsyncDisposable> {
  const file = join(folder, name);
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(file, resolve));
  return {
    host: `unix://${file}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('an engine answers with its version', async () => {
  await using engine = await listening('engine.sock', (request, response) => {
    response.end(request.url === '/version' ? JSON.stringify({ Version: '28.1.0' }) : '');
  });
  expect(await askEngine({ DOCKER_HOST: engine.host })).toEqual({ state: 'answers', version: '28.1.0' });
});

test('what does not answer like an engine is none', async () => {
  await using other = await listening('other.sock', (_, response) => response.writeHead(404).end('<html>'));
  const absent = { state: 'absent', why: 'no Docker engine answers' };
  expect(await askEngine({ DOCKER_HOST: other.host })).toEqual(absent);
  expect(await askEngine({ DOCKER_HOST: `unix://${join(folder, 'nobody.sock')}` })).toEqual(absent);
  expect(await askEngine({ DOCKER_HOST: 'tcp://127.0.0.1:1' })).toEqual(absent);
});

test('who listens and stays silent is given up after two seconds', async () => {
  await using silent = await listening('silent.sock', () => {});
  const began = performance.now();
  expect(await askEngine({ DOCKER_HOST: silent.host })).toMatchObject({ state: 'absent' });
  expect(performance.now() - began).toBeLessThan(10_000);
});

test('a DOCKER_HOST that is no address is named', async () => {
  expect(await askEngine({ DOCKER_HOST: 'here' })).toEqual({
    state: 'absent',
    why: 'DOCKER_HOST is no address: here',
  });
});

test('BEZEL_SERVERS=native asks nobody', async () => {
  expect(await askEngine({ DOCKER_HOST: 'here', BEZEL_SERVERS: 'native' })).toMatchObject({ state: 'not-asked' });
});
