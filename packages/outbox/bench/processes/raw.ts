/** The limit: the client's own producer, sending records that were made beforehand, in a process of its own. */

import type { Client } from '../load/client.ts';
import { BATCH_SIZE, recordOf } from '../load/message.ts';
import { rawProducer } from '../load/raw-producer.ts';
import { serve, usage } from './serve.ts';

/** Batches kept in memory; they are sent in turn. */
const BATCHES = 20;

export interface Sent {
  readonly ms: number;
  /** Of the process, in that time. */
  readonly cpuMs: number;
}

const program = {
  /** From the first send, connecting included, to the last acknowledgement. */
  async send(target: { brokers: readonly string[]; client: Client; topic: string; count: number }): Promise<Sent> {
    const { topic, count } = target;
    const producer = rawProducer(target);
    const batches = Array.from({ length: Math.min(BATCHES, Math.ceil(count / BATCH_SIZE)) }, (_, batch) =>
      producer.prepare(Array.from({ length: BATCH_SIZE }, (_, n) => recordOf(topic, batch * BATCH_SIZE + n))),
    );
    const rest = count % BATCH_SIZE;
    const last = producer.prepare(Array.from({ length: rest }, (_, n) => recordOf(topic, n)));
    const began = performance.now();
    const cpuBefore = usage().cpuMs;
    for (let n = 0; n < Math.floor(count / BATCH_SIZE); n += 1) {
      await batches[n % batches.length]?.();
    }
    if (rest > 0) await last();
    const sent = { ms: performance.now() - began, cpuMs: usage().cpuMs - cpuBefore };
    await producer.close();
    return sent;
  },
};

export type RawProgram = typeof program;
serve(program);
