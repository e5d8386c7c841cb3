import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';

jest.setTimeout(30_000);

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a service of the built package, described by the source text of its roles. */
function startWith(roles: string, chosen = 'Object.keys(roles)') {
  const program = `
    import { startService } from '@bezel/service';
    const idle = { start: async () => {}, stop: async () => {}, health: async () => {} };
    const roles = ${roles};
    await startService({ name: 'test', config: { roles: ${chosen}, metricsPort: 0 }, roles });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: PACKAGE,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  return {
    lines,
    exited: once(child, 'exit').then(([code]) => code as number | null),
    messages: () => lines.map((line) => line['message']),
    async terminate() {
      await waitFor('ready', () => lines.some((line) => line['event.action'] === 'ready'));
      child.kill('SIGTERM');
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

describe('a process ends', () => {
  test('with 0 after SIGTERM, its roles stopped in order', async () => {
    using service = startWith(`{
      api: () => ({ ...idle, stop: async () => console.log('{"message":"api stopped"}') }),
      relay: () => ({ ...idle, stop: async () => console.log('{"message":"relay stopped"}') }),
    }`);
    await service.terminate();
    expect(await service.exited).toBe(0);
    expect(service.messages().slice(-3)).toEqual(['api stopped', 'relay stopped', 'test stopped']);
  });

  test('with 0 when its only role is done', async () => {
    using service = startWith(`{ migrate: () => ({ ...idle, once: true }) }`);
    expect(await service.exited).toBe(0);
  });

  test.each([
    ['a role fails for good', `{ ...idle, start: async (fatal) => setImmediate(fatal, new Error('worker gone')) }`],
    ['a role cannot start', `{ ...idle, start: async () => { throw new Error('worker gone'); } }`],
    [
      'an error is caught by nobody',
      `{ ...idle, start: async () => setImmediate(() => { throw new Error('worker gone'); }) }`,
    ],
    ['a promise is rejected unheard', `{ ...idle, start: async () => void Promise.reject(new Error('worker gone')) }`],
  ])('with 1 and a line that says why, when %s', async (_what, role) => {
    using service = startWith(`{ worker: () => (${role}) }`);
    expect(await service.exited).toBe(1);
    const fatal = service.lines.find((line) => line['log.level'] === 'fatal');
    expect(fatal?.['error']).toMatchObject({ message: 'worker gone' });
  });

  test('with 1 before any role starts, when one of its roles is not in this release', async () => {
    using service = startWith(`{ api: () => { throw new Error('made'); } }`, `['api', 'webhooks']`);
    expect(await service.exited).toBe(1);
    expect(service.messages()).toEqual(['this release of test does not have the roles webhooks']);
  });

  test('with 1 within 10 s, when a role does not stop', async () => {
    using service = startWith(
      `{ api: () => ({ ...idle, stop: () => new Promise(() => setInterval(() => {}, 1000)) }) }`,
    );
    await service.terminate();
    const began = performance.now();
    expect(await service.exited).toBe(1);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(service.messages().at(-1)).toMatch(/not stopped after/);
  });
});
