import { setTimeout as delay } from 'node:timers/promises';
import { type FaultKind, until } from '../fault.ts';
import { send, signalled } from '../processes/signals.ts';
import { rowsSince } from './outbox-rows.ts';
import { sendTo } from './producer.ts';
import { TOPICS, WRITERS, writerOf } from './topics.ts';

/** How long the relays stand still. */
const STANDING_MS = { least: 2_000, most: 6_000 };

/**
 * The relays of an app stand still; what they would have published comes in the reverse order from elsewhere, and again, in
 * order, from them once they go on. So messages of one order really come the wrong way round.
 */
export const reordered: FaultKind = {
  name: 'reordered',
  what: 'messages of a few seconds come newest first, before they come as they should',
  lastsS: [0, 0],
  targets: () => WRITERS.map((writer) => TOPICS[writer]),
  missing: () => null,
  async inject({ target, draw }, system) {
    const writer = writerOf(target);
    const relays = system.processes.filter(({ app, roles }) => app === writer && roles.includes('relay'));
    const pids = await Promise.all(relays.map(({ name }) => send(name, 'SIGSTOP', system)));
    const goOn = (): void => {
      for (const pid of pids) signalled(pid, 'SIGCONT');
    };
    try {
      const since = new Date();
      await delay(STANDING_MS.least + (STANDING_MS.most - STANDING_MS.least) * draw);
      const messages = await rowsSince(writer, system, since);
      await sendTo(system.brokers, target, messages.toReversed());
      return until(goOn, {
        idle: () => (messages.length > 1 ? null : `${messages.length} messages were written meanwhile`),
        reordered: messages.map(({ key }) => String(key)),
      });
    } catch (error) {
      goOn();
      throw error;
    }
  },
};
