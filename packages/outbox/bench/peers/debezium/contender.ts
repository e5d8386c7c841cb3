import { VERSIONS } from '@bezel/local/bench';
import type { BenchContext } from '../../kinds/kind.ts';
import type { PeerContender } from '../contender.ts';
import { type Arrivals, arrivalsInWords } from './arrivals.ts';
import { startDebezium } from './debezium.ts';
import { DEBEZIUM_VERSION, obtainDebezium } from './obtain.ts';
import { SETTINGS_IN_WORDS } from './settings.ts';

/** Drains before the first round: Java goes on compiling for some 200,000 messages, each cheaper than the one before. */
const WARM_UPS = 5;
const WARM_UP = 40_000;

/**
 * Debezium, started and warm. It is given as many rows a round as the relay. Throws an error that says why it cannot be
 * had; what it starts ends with the stack.
 */
export async function debeziumContender(context: BenchContext, stack: AsyncDisposableStack): Promise<PeerContender> {
  const { options, progress, signal } = context;
  const { rows, rounds } = options;
  const program = await obtainDebezium(progress, signal);
  const about = `Debezium ${DEBEZIUM_VERSION}, Kafka Connect ${VERSIONS.kafka}, Java ${program.java.version}`;
  const debezium = stack.use(await progress.step(`${about}: up and streaming`, () => startDebezium(program, context)));
  for (let n = 1; n <= WARM_UPS; n += 1) {
    await progress.step(`warm up Debezium, ${n} of ${WARM_UPS}`, () => debezium.drain(Math.min(WARM_UP, rows)));
  }
  const drains: Arrivals[] = [];
  return {
    name: 'debezium',
    kind: 'Debezium',
    round: (n) =>
      progress.step(`round ${n + 1} of ${rounds}: Debezium`, async () => {
        const arrivals = await debezium.drain(rows);
        drains.push(arrivals);
        return (arrivals.arrived * 1_000) / arrivals.ms;
      }),
    notes: () => [
      `${about}, standalone, with its outbox event router. Warm: one process for all rounds, after ${WARM_UPS} drains; ` +
        'the connector is paused, rows are written, and it is resumed. Meanwhile it may fill its own queue. Timed from ' +
        'the first batch the broker appends to the last. Its process is stopped (SIGSTOP) while others are measured.',
      SETTINGS_IN_WORDS,
      `Debezium: ${arrivalsInWords(drains)}`,
    ],
  };
}
