import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumerStatus } from '../../consumer/status.ts';
import { partitionName } from '../../subscriber/index.ts';
import type { BrokerStep, VirtualBroker } from './virtual-broker.ts';

/** How long to wait. */
export interface PlayOptions {
  /** For the consumers to handle what they were handed, in milliseconds. Default 10,000. */
  readonly deadlineMs?: number;
}

/**
 * Steps until nothing more can happen and the consumers are past everything that landed: what could be handled was handled,
 * and committed; what could not is parked. What is held stays where it is.
 *
 * The broker's choices follow from its seed. When the consumers' transactions end does not: that is up to Postgres.
 *
 * @returns the steps
 * @throws Error when nobody has subscribed, or when the consumers have not caught up by the deadline
 *
 * @example
 * const broker = virtualBroker({ seed: 42 });
 * const handler = on(OrderPlaced, async (event, { tx }) => {
 *   await tx.query('INSERT INTO invoice (order_id) VALUES ($1)', [event.data.orderId]);
 * });
 * await using consumer = createConsumer({ db: pool, subscriber: broker.subscriber, groupId: 'g', handlers: [handler] });
 * await consumer.start();
 * await broker.send(OrderPlaced, { orderId: crypto.randomUUID(), totalMinor: '1999' });
 * await play(broker, [consumer]);
 */
export async function play(
  broker: VirtualBroker,
  consumers: readonly { status(): ConsumerStatus }[],
  { deadlineMs = 10_000 }: PlayOptions = {},
): Promise<BrokerStep[]> {
  if (broker.subscribed().length === 0) {
    throw new Error('nobody has subscribed: start the consumers first');
  }
  const steps: BrokerStep[] = [];
  let quietSince = performance.now();
  for (;;) {
    const step = broker.step();
    if (step !== undefined) {
      steps.push(step);
      quietSince = performance.now();
    } else {
      const behind = behindOf(broker, consumers);
      if (behind.length === 0) return steps;
      if (performance.now() - quietSince > deadlineMs) {
        throw new Error(
          `the consumers did not catch up within ${deadlineMs} ms with seed ${broker.seed}: ${behind.join('; ')}`,
        );
      }
    }
    // What was handed over is handled between two steps; when there is none, it is waited for.
    await delay(step === undefined ? 5 : 0);
  }
}

/** The partitions that are not read to their ends, and what their consumers say of them. */
function behindOf(broker: VirtualBroker, consumers: readonly { status(): ConsumerStatus }[]): string[] {
  const reading = new Map(
    consumers.flatMap((consumer) => consumer.status().partitions.map((each) => [partitionName(each), each] as const)),
  );
  return broker.subscribed().flatMap((topic) => {
    const ends = new Map(broker.landed(topic).map(({ partition, offset }) => [partition, offset + 1n]));
    return [...ends].flatMap(([partition, end]) => {
      const name = partitionName({ topic, partition });
      const status = reading.get(name);
      if (status?.position === String(end)) return [];
      const failing = status?.failing?.message;
      return `${name} is at ${status?.position ?? 'no position'} of ${end}${failing ? `, failing: ${failing}` : ''}`;
    });
  });
}
