import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { linkName } from '../../system/layout.ts';
import { type FaultKind, until } from '../fault.ts';
import { missingLinks } from '../network/links.ts';
import { rowsSince } from './outbox-rows.ts';
import { sendTo } from './producer.ts';
import { TOPICS, WRITERS, writerOf } from './topics.ts';

/** How long the relays are kept from Kafka: so long, and until an order has two messages to be exchanged. */
const KEPT_MS = { least: 2_000, most: 20_000 };
const LOOK_MS = 200;

/**
 * The relays of an app hear nothing of Kafka; what they would have published comes in the reverse order from elsewhere, and
 * again, in order, from them once they do. So messages of one order really come the wrong way round.
 */
export const reordered: FaultKind = {
  name: 'reordered',
  what: 'messages of some seconds come newest first, before they come as they should',
  lastsS: [0, 0],
  targets: () => WRITERS.map((writer) => TOPICS[writer]),
  missing: missingLinks,
  async inject({ target }, system) {
    const writer = writerOf(target);
    const relays = system.processes.filter(({ app, roles }) => app === writer && roles.includes('relay'));
    const links = relays.flatMap(({ name }) => system.links.get(linkName(name, 'kafka')) ?? []);
    const goOn = (): void => {
      for (const link of links) link.mend();
    };
    for (const link of links) link.silence();
    try {
      const since = new Date();
      await delay(KEPT_MS.least);
      let messages = await rowsSince(writer, system, since);
      while (!areExchanged(messages) && Date.now() - since.getTime() < KEPT_MS.most) {
        await delay(LOOK_MS);
        messages = await rowsSince(writer, system, since);
      }
      await sendTo(system.brokers, target, messages.toReversed());
      return until(goOn, {
        idle: () => (areExchanged(messages) ? null : 'no order had two messages meanwhile'),
        reordered: messages.map(({ key }) => String(key)),
      });
    } catch (error) {
      goOn();
      throw error;
    }
  },
};

/** Whether the reverse order is another one for somebody: only messages of one order come in order. */
const areExchanged = (messages: readonly Message[]): boolean =>
  new Set(messages.map(({ key }) => String(key))).size < messages.length;
