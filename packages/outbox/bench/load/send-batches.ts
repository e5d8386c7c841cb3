import { BATCH_SIZE, recordOf } from './message.ts';
import type { RawProducer } from './raw-producer.ts';

/** Batches kept in memory; they are sent in turn. */
const BATCHES = 20;

/** Prepares records, then sends `count` of them with so many batches under way; `begin` is called in between. */
export async function sendBatches(
  producer: RawProducer,
  { topic, count, inFlight, begin }: { topic: string; count: number; inFlight: number; begin: () => void },
): Promise<void> {
  const batches = Array.from({ length: Math.min(BATCHES, Math.ceil(count / BATCH_SIZE)) }, (_, batch) =>
    producer.prepare(Array.from({ length: BATCH_SIZE }, (_, n) => recordOf(topic, batch * BATCH_SIZE + n))),
  );
  const rest = count % BATCH_SIZE;
  const last = producer.prepare(Array.from({ length: rest }, (_, n) => recordOf(topic, n)));
  const underWay: Promise<unknown>[] = [];
  begin();
  for (let n = 0; n < Math.floor(count / BATCH_SIZE); n += 1) {
    if (underWay.length >= inFlight) await underWay.shift();
    underWay.push((batches[n % batches.length] as () => Promise<unknown>)());
  }
  if (rest > 0) underWay.push(last());
  await Promise.all(underWay);
}
