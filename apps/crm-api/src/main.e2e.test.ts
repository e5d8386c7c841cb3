import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { TOPICS } from '@bezel/contracts';
import { createDatabase, createIdentity, testServers, waitFor } from '@bezel/local/testing';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import kafkajs from 'kafkajs';

jest.setTimeout(60_000);

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

type Line = Record<string, unknown>;

/** The built service as a process of its own. */
function startProcess(env: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', MAIN], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => lines.push(JSON.parse(line)));
  closing.defer(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return {
    child,
    lines,
    exited,
    line: (action: string) => waitFor(`the line ${action}`, () => lines.find((one) => one['event.action'] === action)),
  };
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return String(port);
}

/** The stack makes the topics; a bare broker has none. */
async function provideTopic(): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [...testServers().kafkaBrokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPICS.shopOrders, numPartitions: 12 }], waitForLeaders: true });
  await admin.disconnect();
}

let env: Record<string, string>;
let closing: AsyncDisposableStack;
beforeEach(async () => {
  closing = new AsyncDisposableStack();
  const database = closing.use(await createDatabase());
  const identity = closing.use(await createIdentity());
  env = {
    ROLES: 'api,consumer',
    DATABASE_URL: database.url,
    MIGRATION_DATABASE_URL: database.url,
    KAFKA_BROKERS: testServers().kafkaBrokers.join(','),
    AUTH_ISSUER: identity.issuer,
    AUTH_JWKS_URL: identity.jwksUrl,
    HTTP_PORT: await freePort(),
    METRICS_PORT: await freePort(),
    SERVICE_INSTANCE: 'crm-1',
  };
});
afterEach(() => closing.disposeAsync());

const status = async (port: string | undefined, path: string) =>
  (await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined))?.status;

describe('the process', () => {
  test('migrates and ends with 0, then serves until SIGTERM and ends with 0 within 10 s', async () => {
    await provideTopic();
    expect(await startProcess({ ...env, ROLES: 'migrate' }).exited).toBe(0);

    const service = startProcess(env);
    expect(await service.line('ready')).toMatchObject({
      ...{ 'log.level': 'info', 'service.name': 'crm-api', 'service.node.name': 'crm-1' },
      'bezel.roles': ['api', 'consumer'],
    });
    expect(await status(env['METRICS_PORT'], '/health/live')).toBe(200);
    expect(await status(env['METRICS_PORT'], '/health/ready')).toBe(200);
    expect(await status(env['METRICS_PORT'], '/metrics')).toBe(200);
    expect(await status(env['HTTP_PORT'], '/')).toBe(200);
    expect(await status(env['HTTP_PORT'], '/v1/orders')).toBe(401);

    const began = performance.now();
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(service.lines.at(-1)).toMatchObject({ 'event.action': 'stopped' });
  });

  test('with the role relay also frees the space of what was published', async () => {
    expect(await startProcess({ ...env, ROLES: 'migrate' }).exited).toBe(0);
    const service = startProcess({ ...env, ROLES: 'relay' });
    expect(await service.line('ready')).toMatchObject({ 'bezel.roles': ['relay'] });
    const metrics = async () => (await fetch(`http://127.0.0.1:${env['METRICS_PORT']}/metrics`)).text();
    await waitFor('a look at the slots', async () => /^bezel_outbox_slot_looks_total\{/m.test(await metrics()));
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
  });

  test('is alive but not ready while Postgres is away', async () => {
    const service = startProcess({ ...env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    await waitFor('liveness', async () => (await status(env['METRICS_PORT'], '/health/live')) === 200);
    expect(await status(env['METRICS_PORT'], '/health/ready')).toBe(503);
    expect(service.lines.some((line) => line['event.action'] === 'ready')).toBe(false);
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
  });

  test('ends with 1 and names every variable that is wrong', async () => {
    const service = startProcess({ ...env, HTTP_PORT: 'x', KAFKA_BROKERS: '' });
    expect(await service.exited).toBe(1);
    expect(service.lines.at(-1)?.['message']).toMatch(/HTTP_PORT: .*KAFKA_BROKERS: is not set/s);
  });

  test('ends with 1 when its port is taken, and says which', async () => {
    const service = startProcess({
      ...env,
      ROLES: 'api',
      METRICS_PORT: '0',
      HTTP_PORT: new URL(env['AUTH_ISSUER'] ?? '').port,
    });
    expect(await service.exited).toBe(1);
    expect(JSON.stringify(service.lines)).toMatch(/port \d+ on 127\.0\.0\.1 is taken/);
  });
});
