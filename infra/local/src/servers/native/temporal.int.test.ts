import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { Supervisor } from '../../supervisor/supervisor.ts';
import { freePort, waitFor } from '../../testing/index.ts';
import { onPath } from '../choosing/machine.ts';
import { TEMPORAL_NAMESPACE } from '../server.ts';
import { temporalUnit } from './temporal.ts';
import { cachedTemporal } from './temporal-program.ts';

const program = cachedTemporal() ?? onPath('temporal')[0];

const name = 'a Temporal that runs and answers nothing is started again, and keeps its workflows';
(program === undefined ? test.skip : test)(
  program === undefined ? `${name} [skipped: this stack runs Temporal in a container]` : name,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bezel temporal '));
    const [port, uiPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
    const supervisor = new Supervisor({ graceMs: 100, liveness: { everyMs: 50, failures: 2 } });
    const pid = (): number | null => supervisor.units[0]?.pid ?? null;
    try {
      const unit = await temporalUnit({
        program: program as string,
        data: join(folder, 'temporal.db'),
        port,
        uiPort,
        metricsPort,
        logFile: join(folder, 'log'),
      });
      await supervisor.start([unit]);
      const workflowId = randomUUID();
      await withClient(port, (client) =>
        client.workflow.start('nobody-runs-this', { workflowId, taskQueue: 'nobody' }),
      );

      const first = pid();
      process.kill(first as number, 'SIGSTOP');
      await waitFor('another process', () => pid() !== null && pid() !== first, { deadlineMs: 60_000 });
      const status = await waitFor(
        'an answer',
        () => withClient(port, async (client) => (await client.workflow.getHandle(workflowId).describe()).status.name),
        { deadlineMs: 60_000 },
      );
      expect(status).toBe('RUNNING');
      expect(supervisor.units).toMatchObject([{ name: 'temporal', restarts: 1 }]);
    } finally {
      await supervisor.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
  150_000,
);

async function withClient<T>(port: number, ask: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 2_000 });
  try {
    return await ask(new Client({ connection, namespace: TEMPORAL_NAMESPACE }));
  } finally {
    await connection.close();
  }
}
