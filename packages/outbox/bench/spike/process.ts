/** A contender of the spike, in a process of its own. */

import { serve, usage } from '@bezel/local/measuring';
import { type RawProducer, rawProducer } from '../load/raw-producer.ts';
import { sendBatches } from '../load/send-batches.ts';
import { CONTENDERS, type Contender } from './contenders.ts';
import { nativeProducer } from './native-producer.ts';
import { ownProducer } from './producer.ts';
import { workerProducer } from './worker-producer.ts';

export interface SpikeTarget {
  readonly contender: Contender;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly count: number;
  /** Where the native client was installed. */
  readonly nativeFolder: string | undefined;
}

/** What one round took, from the first send, connecting included, to the last acknowledgement. */
export interface SpikeRound {
  readonly ms: number;
  /** Of the process, other threads included. */
  readonly cpuMs: number;
  /** Of the main thread, which is the one a relay has for everything else. */
  readonly mainCpuMs: number;
}

function producerOf({ contender, brokers, nativeFolder }: SpikeTarget): RawProducer {
  const [broker] = brokers;
  if (contender === 'kafkajs' || contender === 'platformatic') return rawProducer({ client: contender, brokers });
  if (broker === undefined) throw new Error('there is no broker');
  if (contender === 'worker-5') return workerProducer(broker);
  if (contender !== 'native') return ownProducer(broker);
  if (nativeFolder === undefined) throw new Error('the native client is not installed');
  return nativeProducer(nativeFolder, brokers);
}

const mainCpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

const program = {
  async send(target: SpikeTarget): Promise<SpikeRound> {
    const producer = producerOf(target);
    let before = { at: 0, cpuMs: 0, mainCpuMs: 0 };
    const begin = (): void => {
      before = { at: performance.now(), cpuMs: usage().cpuMs, mainCpuMs: mainCpuMs() };
    };
    await sendBatches(producer, { ...target, inFlight: CONTENDERS[target.contender].inFlight, begin });
    const round = {
      ms: performance.now() - before.at,
      cpuMs: usage().cpuMs - before.cpuMs,
      mainCpuMs: mainCpuMs() - before.mainCpuMs,
    };
    await producer.close();
    return round;
  },
};

export type SpikeProgram = typeof program;
serve(program);
