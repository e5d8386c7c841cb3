import { setTimeout as delay } from 'node:timers/promises';
import type { AppProcess } from '@bezel/local/bench';
import { alternate, type Finding } from '@bezel/local/measuring';
import { workflowIdOf } from '@bezel/order-workflow';
import { readPayloadKeys } from '@bezel/order-workflow/codec';
import { eventsOf } from '../costs/events.ts';
import { processorTimeBetween, processorTimes } from '../costs/processor-time.ts';
import { type Writes, writesBetween, writesOf } from '../costs/writes.ts';
import { bareWorkflowIdOf, startBareOrders } from '../lives/bare/contender.ts';
import type { Contender } from '../lives/contender.ts';
import { live } from '../lives/live.ts';
import { realOrders, submitLike } from '../lives/real.ts';
import { CONTENDERS, type ContenderName, findingOf, type Round } from './lives-finding.ts';
import type { PartContext } from './part.ts';

const worker = (app: 'shop' | 'mes', role: string): AppProcess => ({
  ...{ name: `${app}-${role}`, folder: `${app}-api`, app, roles: [role], doors: {} },
});
/** What runs workflows and activities, and nothing else. */
const WORKERS = [worker('shop', 'worker'), worker('mes', 'worker'), worker('mes', 'pricing')];

/** Temporal tells its visibility, and closes what is closed, a moment later. */
const SETTLE_MS = 1_500;
/** Histories that are counted of each contender. */
const HISTORIES = 10;

/** Orders a second and what an order costs Temporal, beside a bare workflow. */
export async function measureLives(context: PartContext, likeOrderId: string): Promise<Finding> {
  const { system, options, progress, signal } = context;
  const { client, shop, stack } = system;
  const { orders, rounds, inFlight } = options;
  const { address, namespace, metrics } = stack.provided.addresses.temporal;
  const look = async (): Promise<Writes | null> => (metrics === undefined ? null : writesOf(metrics, namespace));

  async function roundOf({ contender, idOf }: Entrant, count: number): Promise<Round> {
    const submitted = await submitLike(shop, likeOrderId, count);
    const before = await look();
    const busyBefore = await processorTimes();
    const ms = await live(contender, submitted, { inFlight, signal });
    const busy = processorTimeBetween(busyBefore, await processorTimes());
    await delay(SETTLE_MS, undefined, { signal });
    const after = await look();
    const events = [];
    for (const { orderId } of submitted.slice(0, HISTORIES)) events.push(await eventsOf(client, idOf(orderId)));
    return {
      perS: (count * 1_000) / ms,
      orders: count,
      writes: before === null || after === null ? null : writesBetween(before, after),
      events,
      busy,
    };
  }

  return system.during(WORKERS, async () => {
    await using bare = await progress.step('workers of the bare workflow', () =>
      startBareOrders(client, { address, signal }),
    );
    const payloadKeys = readPayloadKeys(stack.context.payloadKeys);
    const entrants: Readonly<Record<ContenderName, Entrant>> = {
      order: { contender: realOrders({ client, payloadKeys }, shop), idOf: workflowIdOf },
      bare: { contender: bare.contender, idOf: bareWorkflowIdOf },
    };
    await progress.step('warm up', async () => {
      for (const entrant of Object.values(entrants)) await roundOf(entrant, Math.min(inFlight, orders));
    });
    const step = (name: ContenderName) => (n: number) =>
      progress.step(`round ${n + 1} of ${rounds}: ${CONTENDERS[name]}`, () => roundOf(entrants[name], orders));
    const samples = await alternate(rounds, { order: step('order'), bare: step('bare') });
    return findingOf(samples, options);
  });
}

interface Entrant {
  readonly contender: Contender;
  readonly idOf: (orderId: string) => string;
}
