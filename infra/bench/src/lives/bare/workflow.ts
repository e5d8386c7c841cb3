import {
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import {
  BARE_SIGNAL,
  type BareActivities,
  type BareFact,
  type BareMes,
  type BarePricing,
  type BareStart,
} from './contract.ts';

/**
 * What an order's life costs in Temporal alone: the steps of a delivered order written down one after the other, with the
 * same signals, activities and timers in the same places, and nothing that decides, remembers, shows or protects anything.
 */
export async function bareWorkflow({ order, taskQueues, ...start }: BareStart): Promise<string> {
  const { orderId } = order;
  const shop = proxyActivities<BareActivities>({ taskQueue: taskQueues.orders, startToCloseTimeout: '10s' });
  const pricing = proxyActivities<BarePricing>({ taskQueue: taskQueues.pricing, startToCloseTimeout: '30s' });
  const mes = proxyActivities<BareMes>({ taskQueue: taskQueues.mes, startToCloseTimeout: '10s' });
  const facts: BareFact[] = [];
  setHandler(defineSignal<[BareFact]>(BARE_SIGNAL), (fact) => {
    facts.push(fact);
  });
  const fact = async (): Promise<string> => {
    await condition(() => facts.length > 0);
    return facts.shift()?.messageId ?? '';
  };

  await shop.moveOrder({ orderId, seq: 1, causedBy: orderId });
  void sleep(start.alarmMs);
  const geometry = await pricing.analyseModel({ order });
  await Promise.all([
    pricing.priceMetal({ geometry, metal: order.metal }),
    pricing.priceStones({ stones: order.stones }),
    pricing.priceLabour({ geometry, finish: order.finish }),
  ]);
  await shop.moveOrder({ orderId, seq: 2 });
  const offer = new CancellationScope();
  void offer.run(() => sleep(start.offerValidForMs)).catch(unlessCancelled);
  const accepted = await fact();
  offer.cancel();
  await shop.moveOrder({ orderId, seq: 3, causedBy: accepted });
  const opened = mes.openWorkOrder({ order });
  for (const seq of [4, 5, 6, 7, 8]) await shop.moveOrder({ orderId, seq, causedBy: await fact() });
  await opened;
  return 'DELIVERED';
}

function unlessCancelled(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
