/** The limit: the client's own producer, sending records that were made beforehand, in a process of its own. */

import { serve, usage } from '@bezel/local/measuring';
import type { Client } from '../load/client.ts';
import { rawProducer } from '../load/raw-producer.ts';
import { sendBatches } from '../load/send-batches.ts';

export interface Sent {
  readonly ms: number;
  /** Of the process, in that time. */
  readonly cpuMs: number;
}

const program = {
  /** From the first send, connecting included, to the last acknowledgement. */
  async send(target: { brokers: readonly string[]; client: Client; topic: string; count: number }): Promise<Sent> {
    const producer = rawProducer(target);
    let began = 0;
    let cpuBefore = 0;
    const begin = (): void => {
      began = performance.now();
      cpuBefore = usage().cpuMs;
    };
    await sendBatches(producer, { ...target, inFlight: 1, begin });
    const sent = { ms: performance.now() - began, cpuMs: usage().cpuMs - cpuBefore };
    await producer.close();
    return sent;
  },
};

export type RawProgram = typeof program;
serve(program);
