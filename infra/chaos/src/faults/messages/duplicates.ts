import { type FaultKind, until } from '../fault.ts';
import { rowsHeard } from './outbox-rows.ts';
import { sendTo } from './producer.ts';
import { TOPICS, WRITERS, writerOf } from './topics.ts';

const COPIES_OF = 60;

export const duplicates: FaultKind = {
  name: 'duplicates',
  what: `the last ${COPIES_OF} messages of a topic that moved something come once more, newest first`,
  lastsS: [0, 0],
  targets: () => WRITERS.map((writer) => TOPICS[writer]),
  missing: () => null,
  async inject({ target }, system) {
    const messages = await rowsHeard(writerOf(target), system, COPIES_OF);
    await sendTo(system.brokers, target, messages.toReversed());
    return until(() => {}, { idle: () => (messages.length > 0 ? null : 'no message had moved anything yet') });
  },
};
