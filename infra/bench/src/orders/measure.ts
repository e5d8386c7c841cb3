import { APP_PROCESSES, type Progress } from '@bezel/local/bench';
import type { Finding } from '@bezel/local/measuring';
import { openDoors } from '../system/doors.ts';
import { waitForOffer } from '../system/first-order.ts';
import type { System } from '../system/system.ts';
import type { OrdersOptions } from './command-line.ts';
import { measureFacts } from './facts.ts';
import { measureLives } from './lives.ts';
import type { PartContext } from './part.ts';
import { measurePosts } from './posts.ts';

/** What is not measured is null. */
const NOTHING = {
  ordersPerS: null,
  bareOrdersPerS: null,
  ratio: null,
  eventsPerOrder: null,
  writesPerOrder: null,
  bareEventsPerOrder: null,
  bareWritesPerOrder: null,
  factToStatusP50Ms: null,
  factToStatusP99Ms: null,
  postP99Ms: null,
};

/**
 * Measures the parts one after the other, each with only those processes running that it is about. The first order goes
 * the whole way through pricing, so that its model is analysed once: geometry is not what is measured.
 */
export async function measure(
  system: System,
  options: OrdersOptions,
  run: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<Finding> {
  const context: PartContext = { system, options, ...run };
  const { progress, signal } = run;
  const found: Finding[] = [];
  const first = await system.during(APP_PROCESSES, async () => {
    const doors = await openDoors(system.stack);
    const specification = {
      metal: 'silver-925',
      finish: 'polished',
      stones: 2,
      modelSha256: await doors.uploadModel(),
    } as const;
    const orderId = await doors.submit(specification);
    await progress.step('a first order is priced, its model analysed', () =>
      waitForOffer(system.shop, orderId, signal),
    );
    if (options.parts.includes('facts')) found.push(await measureFacts(context, doors, specification));
    return { doors, specification, orderId };
  });
  if (options.parts.includes('post')) found.push(await measurePosts(context, first.doors, first.specification));
  if (options.parts.includes('lives')) found.unshift(await measureLives(context, first.orderId));
  return {
    figures: Object.assign({}, NOTHING, ...found.map(({ figures }) => figures)) as Finding['figures'],
    targets: found.flatMap(({ targets }) => targets),
    tables: found.flatMap(({ tables }) => tables),
    notes: found.flatMap(({ notes }) => notes),
  };
}
