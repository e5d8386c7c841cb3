import { setImmediate } from 'node:timers/promises';
import { givenUpAfter } from '../../publisher/given-up-after.ts';
import type { OutgoingMessage, Publisher, PublishResult } from '../../publisher/publisher.ts';
import { Delivery, type Part } from './delivery.ts';
import { refusedWith, unanswered } from './failures.ts';
import type { Session } from './session/session.ts';
import { type Leader, nameOf } from './topics.ts';
import type { PartitionAnswer } from './wire/produce-response.ts';

/** Requests that are waited for one after the other: to connect, to know, to write. */
const REQUESTS = 3;

/** A connection of @platformatic/kafka has five under way; more than these would bring nothing. */
const REQUESTS_AT_ONCE = 4;
/** Fewer are not worth a request of their own. */
const MESSAGES_OF_A_REQUEST = 400;

type Outcome = 'written' | 'refused' | 'unanswered';

/**
 * Publishes record batches that are encoded here. Each partition gets one batch, each leader one request or, for many
 * messages, a few, all of them at once, and the answer comes for each partition. Nothing is tried again but what `Delivery`
 * makes smaller: to try again is the caller's.
 *
 * After a batch that was sent and not written, the next call goes out under a new producer id; after a request that was
 * not answered, over new connections as well.
 */
export class BatchPublisher implements Publisher {
  readonly #open: () => Session;
  readonly #withinMs: number;
  #session: Session | undefined;

  constructor(open: () => Session, requestTimeoutMs: number) {
    this.#open = open;
    this.#withinMs = REQUESTS * requestTimeoutMs;
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishResult[]> {
    if (messages.length === 0) return [];
    this.#session ??= this.#open();
    const session = this.#session;
    let until = performance.now() + this.#withinMs;
    try {
      const topics = new Set(messages.map(({ topic }) => topic));
      await givenUpAfter(this.#withinMs, session.prepare(topics));
    } catch (error) {
      this.#giveUp(session);
      const failure = unanswered(error);
      return messages.map(() => failure);
    }
    const delivery = new Delivery(messages, (name) => session.topics.of(name));
    const outcomes = new Set<Outcome>();
    for (let parts = delivery.due(); parts.length > 0; parts = delivery.due()) {
      const withinMs = until - performance.now();
      const sending: Promise<Outcome>[] = [];
      for (const ofRequest of requestsOf(parts)) {
        // What the socket did not take at once goes out while the next request is encoded.
        if (sending.length > 0) await setImmediate();
        sending.push(send(session, delivery, ofRequest, withinMs));
      }
      for (const outcome of await Promise.all(sending)) outcomes.add(outcome);
      until = performance.now() + this.#withinMs;
    }
    if (outcomes.has('unanswered')) this.#giveUp(session);
    else if (outcomes.has('refused')) session.renewIdentity();
    return delivery.results;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.end();
  }

  #giveUp(session: Session): void {
    if (this.#session === session) this.#session = undefined;
    void session.end();
  }
}

/**
 * Parts by the request they go out with: all that one leader gets, but in several requests when it is much. A broker writes
 * one while the next is encoded. Each partition is in one of them, so its order does not depend on theirs.
 */
function requestsOf(parts: readonly Part[]): Part[][] {
  return [...Map.groupBy(parts, ({ place }) => place.leader?.nodeId).values()].flatMap((ofLeader) => {
    const total = ofLeader.reduce((sum, { entries }) => sum + entries.length, 0);
    const atMost = Math.max(MESSAGES_OF_A_REQUEST, Math.ceil(total / REQUESTS_AT_ONCE));
    const requests: Part[][] = [];
    let messages = Number.POSITIVE_INFINITY;
    for (const part of ofLeader) {
      if (messages + part.entries.length > atMost) {
        requests.push([]);
        messages = 0;
      }
      requests.at(-1)?.push(part);
      messages += part.entries.length;
    }
    return requests;
  });
}

/** Sends parts that have one leader, and settles each. */
async function send(session: Session, delivery: Delivery, parts: readonly Part[], withinMs: number): Promise<Outcome> {
  let answers: ReadonlyMap<string, PartitionAnswer>;
  try {
    const answered = await givenUpAfter(withinMs, session.send(parts[0]?.place.leader as Leader, parts));
    answers = new Map(answered.map((answer) => [nameOf(answer), answer]));
  } catch (error) {
    const failure = unanswered(error);
    for (const part of parts) delivery.failed(part, failure);
    return 'unanswered';
  }
  let outcome: Outcome = 'written';
  for (const part of parts) {
    if (!settle(session, delivery, part, answers.get(nameOf(part.place)))) outcome = 'refused';
  }
  return outcome;
}

/** Whether the part is written. */
function settle(session: Session, delivery: Delivery, part: Part, answer: PartitionAnswer | undefined): boolean {
  const { topic, partition } = part.place;
  const what = `partition ${partition} of ${topic}`;
  if (answer?.code === 0) {
    session.written(part);
    delivery.written(part);
    return true;
  }
  const failure =
    answer === undefined
      ? unanswered(new Error(`${what}: Kafka's answer does not name it`))
      : refusedWith(answer.code, what, answer.detail);
  // The leader may be another one by now, or the topic another topic.
  if (failure.kind !== 'message') session.topics.forget(topic);
  delivery.failed(part, failure, answer?.faulty);
  return false;
}
