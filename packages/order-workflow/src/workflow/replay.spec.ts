import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { workflowBundle } from '../worker/index.ts';

// Histories of complete orders of every version that may still have open orders (the folder histories). Today's workflow must
// make the same decisions on them; see the rule in order-workflow.ts.

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const folder = join(import.meta.dirname, '..', '..', 'histories');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));

const replay = async (history: unknown): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history);

describe('a recorded history is replayed', () => {
  test.each(files)(
    '%s',
    async (file) => {
      await replay(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    },
    60_000,
  );
});

test('an order that would now be handled otherwise is noticed', async () => {
  const recorded = readFileSync(join(folder, 'v1', 'delivered.json'), 'utf8');
  const otherwise = JSON.parse(recorded.replaceAll('"moveOrder"', '"moveOrderElsewhere"'));
  await expect(replay(otherwise)).rejects.toBeInstanceOf(DeterminismViolationError);
}, 60_000);
