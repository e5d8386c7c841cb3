import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { ORDER_VERSION } from '../contract/index.ts';
import { SCENARIOS } from '../testing/histories/scenarios.ts';
import { workflowBundle } from '../worker/index.ts';
import { bundleWorkflow } from '../worker/workflow-bundle.ts';

// Histories of complete orders of every version that may still have open orders (the folder histories). Today's workflow must
// make the same decisions on them; see docs/adr/0008-versions-of-a-running-order.md.

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const sources = join(import.meta.dirname, '..');
const folder = join(sources, '..', 'histories');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort();

const replay = (file: string, bundle: WorkflowBundleOption): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: bundle }, JSON.parse(readFileSync(join(folder, file), 'utf8')));

describe('a recorded history is replayed', () => {
  test.each(files)(
    '%s',
    async (file) => {
      await replay(file, await workflowBundle());
    },
    60_000,
  );
});

test('there is a history of every way an order can go', () => {
  const recorded = files.flatMap((file) => /^v(\d+)[/\\](.*?)(?:-\d)?\.json$/.exec(file)?.slice(1).join(' ') ?? []);
  expect(recorded).toEqual(expect.arrayContaining(SCENARIOS.map(({ name }) => `${ORDER_VERSION} ${name}`)));
});

/** What would strand orders that are under way, as it might be written by somebody who does not think of them. */
const PLANTED: readonly [what: string, file: string, from: string, to: string, strands: string][] = [
  [
    'an activity more',
    'workflow/run-work.ts',
    'const { workOrderId } = await untilDone',
    'await untilDone(() => mes.withdrawWorkOrder({ orderId, reason: "to be sure" }));\n  const { workOrderId } = await untilDone',
    'delivered.json',
  ],
  [
    'work at another moment',
    'lifecycle/advance.ts',
    "to === 'APPROVED' ? 'opening'",
    "to === 'IN_MANUFACTURING' ? 'opening'",
    'cancelled-in-approved.json',
  ],
  [
    'a timer that is no longer left to run',
    'workflow/alarm.ts',
    'if (at === null || (armed !== null && armed.at <= at)) return;\n      armed?.scope.cancel();',
    'armed?.scope.cancel();\n      if (at === null) return;',
    'late.json',
  ],
];

test.each(PLANTED)(
  'a planted change is noticed: %s',
  async (_what, file, from, to, strands) => {
    // Inside the package, so that its dependencies are found.
    const dist = join(sources, '..', 'dist');
    await mkdir(dist, { recursive: true });
    const changed = await mkdtemp(join(dist, 'planted-'));
    try {
      for (const part of ['workflow', 'lifecycle', 'contract', 'trace']) {
        await cp(join(sources, part), join(changed, part), { recursive: true });
      }
      const written = await readFile(join(changed, file), 'utf8');
      expect(written).toContain(from);
      await writeFile(join(changed, file), written.replace(from, to));
      const bundle = await bundleWorkflow({ folder: changed });
      await expect(replay(join(`v${ORDER_VERSION}`, strands), bundle)).rejects.toBeInstanceOf(
        DeterminismViolationError,
      );
    } finally {
      await rm(changed, { recursive: true });
    }
  },
  60_000,
);
