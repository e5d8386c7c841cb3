import { randomUUID } from 'node:crypto';
import type { Progress } from '@bezel/local/bench';
import { type Finding, round } from '@bezel/local/measuring';
import { WORKFLOW_TYPE, workflowIdOf } from '@bezel/order-workflow';
import type { System } from '../system/system.ts';
import type { AuditOptions } from './command-line.ts';
import { fillDatabases } from './fill-databases.ts';
import { fillTopics } from './fill-topics.ts';
import { type Audited, runOrderctl, runPass } from './run-auditors.ts';

const DAY = 24 * 60 * 60_000;
const AT_ONCE = 32;

/** Ten times the orders may take half as much memory again: what is kept of each is in files, and Node is slow to give back. */
const FLAT = 1.5;

/** Fills one size after the other, and has each audited. Sizes ascend: each adds to the one before. */
export async function measure(
  system: System,
  { orders: sizes, workflows }: AuditOptions,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<Finding> {
  const found: Audited[] = [];
  let filled = 0;
  for (const size of sizes.toSorted((a, b) => a - b)) {
    // Three days ago Temporal kept their workflows still; now it need not.
    const fill = { begins: Date.now() - 3 * DAY, first: filled, orders: size - filled };
    const { databases, servers } = system.stack.context;
    const owners = { shop: databases.shop.ownerUrl, mes: databases.mes.ownerUrl, crm: databases.crm.ownerUrl };
    await progress.step(`${size} orders written`, () =>
      Promise.all([fillDatabases(owners, fill), fillTopics(servers.kafka.brokers, fill, { signal })]),
    );
    filled = size;
    const audited = await progress.step(`${size} orders audited`, () => runOrderctl(system, signal));
    if (audited.orders !== size) throw new Error(`${audited.orders} orders were audited, ${size} are there`);
    found.push(audited);
  }
  const largest = found.at(-1) as Audited;
  const fewest = found[0] as Audited;
  const pass = await progress.step(`a pass over ${largest.orders} orders`, () => runPass(system, signal));
  if (pass.orders !== largest.orders) throw new Error(`a pass saw ${pass.orders} orders of ${largest.orders}`);
  const perS = await progress.step(`${workflows} workflows listed`, () => listWorkflows(system, workflows));
  return {
    figures: {
      seconds: round(largest.seconds, 1),
      peakMb: round(largest.peakMb, 0),
      ordersPerS: round(largest.orders / largest.seconds, 0),
      workflowsPerS: round(perS, 0),
      passSeconds: round(pass.seconds, 1),
      passPeakMb: round(pass.peakMb, 0),
    },
    targets:
      largest.orders >= 100_000
        ? [
            { what: `for ${largest.orders} orders`, value: largest.seconds, atMost: 60, unit: ' s' },
            ...(found.length > 1
              ? [
                  {
                    what: `times the memory for ${fewest.orders} orders`,
                    value: largest.peakMb / fewest.peakMb,
                    atMost: FLAT,
                  },
                ]
              : []),
          ]
        : [],
    tables: [
      {
        head: ['orders', 'seconds', 'orders a second', 'most memory, MB'],
        rows: found.map(({ orders, seconds, peakMb }) =>
          [orders, round(seconds, 1), round(orders / seconds, 0), round(peakMb, 0)].map(String),
        ),
      },
    ],
    notes: [
      'Each order is a whole life from SUBMITTED to DELIVERED, in the apps’ own tables and on their topics: 18 messages, 25 inbox ' +
        'rows, 18 moves. `orderctl audit --json` in a process of its own, from its start to its end; memory is its largest resident set.',
      `A pass of the reconciler over ${pass.orders} orders: ${round(pass.seconds, 1)} s of work, ${round(pass.peakMb, 0)} MB at most. It works a ` +
        'quarter of the time, so it takes four times as long.',
      `Temporal keeps no workflow of these orders (they ended days ago) and is asked for none. Beside: ${workflows} open workflows ` +
        `are listed at ${round(perS, 0)} a second.`,
    ],
  };
}

/** Starts workflows that nobody works on, waits until they are listed, and lists them. Answers workflows a second. */
async function listWorkflows({ client }: System, count: number): Promise<number> {
  const ids = Array.from({ length: count }, () => workflowIdOf(randomUUID()));
  for (let start = 0; start < count; start += AT_ONCE) {
    const batch = ids.slice(start, start + AT_ONCE);
    await Promise.all(
      batch.map((workflowId) => client.workflow.start(WORKFLOW_TYPE, { workflowId, taskQueue: 'bench-nobody' })),
    );
  }
  for (;;) {
    const began = performance.now();
    let listed = 0;
    for await (const _ of client.workflow.list({ query: `WorkflowType = '${WORKFLOW_TYPE}'`, pageSize: 500 }))
      listed += 1;
    if (listed >= count) return (listed / (performance.now() - began)) * 1_000;
  }
}
