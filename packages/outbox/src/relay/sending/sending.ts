import { asError } from '../../errors/as-error.ts';
import type { Publisher, PublishResult } from '../../publisher/publisher.ts';
import { FAILPOINTS, type FailpointSubject, failpointsArmed, hitFailpoint } from '../../testing/failpoints.ts';
import { subjectOf } from '../../testing/subject-of.ts';
import type { LaneMessage } from '../shards/lane.ts';
import type { RelayTelemetry } from '../telemetry.ts';
import type { DatabaseClock } from './database-clock.ts';
import type { Outbound } from './outbound.ts';
import { startPublishSpans } from './publish-spans.ts';
import { toRecord } from './record.ts';

export interface SendingOptions {
  readonly publisher: Publisher;
  readonly outbound: Outbound<LaneMessage>;
  readonly telemetry: RelayTelemetry;
  readonly clock: DatabaseClock;
  readonly maxBatchSize: number;
  readonly maxBatchBytes: number;
}

/** What one send came to. */
export interface Sent {
  readonly batch: readonly LaneMessage[];
  readonly results: readonly PublishResult[];
  readonly published: number;
  /** Keys that were refused too often, and wait to be parked. */
  readonly parked: readonly ParkedNow[];
}

/** A key that leaves the way. */
export interface ParkedNow {
  readonly topic: string;
  readonly key: string;
  readonly error: Error;
}

/** Sends what may be sent now, once: one send is under way at a time, which is what keeps keys in order. */
export class Sending {
  readonly #options: SendingOptions;

  constructor(options: SendingOptions) {
    this.#options = options;
  }

  /** Undefined when nothing may be sent now. */
  async once(): Promise<Sent | undefined> {
    const { outbound, telemetry, maxBatchSize, maxBatchBytes } = this.#options;
    outbound.dropDeadLanes();
    const batch = outbound.take(performance.now(), { maxMessages: maxBatchSize, maxBytes: maxBatchBytes });
    if (batch.length === 0) {
      return undefined;
    }
    const started = performance.now();
    const results = await this.#answersOf(batch);
    const published = outbound.settle(batch, results, performance.now());
    for (const { lane, message, redriven } of published) {
      if (redriven) lane.parked.sent(message);
      else lane.done(message.seq);
    }
    const parked = outbound.takeParked();
    for (const { topic, key, error, items } of parked) {
      for (const [lane, ofLane] of Map.groupBy(items, (item) => item.lane)) {
        // What was parked before lies there already.
        const read = ofLane.filter(({ redriven }) => !redriven).map(({ message }) => message.seq);
        lane.parked.park({ topic, key }, error.message, read);
      }
    }
    telemetry.answered(batch, results, performance.now() - started);
    return { batch, results, published: published.length, parked };
  }

  /**
   * What a batch that was taken must not do is vanish: when anything throws, a publisher that breaks its contract included,
   * nothing is known of the batch, and all of it is sent again.
   */
  async #answersOf(batch: readonly LaneMessage[]): Promise<readonly PublishResult[]> {
    const endSpans = startPublishSpans(batch);
    const about = (): FailpointSubject[] => batch.map(({ message }) => subjectOf(message));
    let results: readonly PublishResult[];
    try {
      if (failpointsArmed()) await hitFailpoint(FAILPOINTS.relayPublishing, about);
      results = await this.#publish(batch);
      if (failpointsArmed()) await hitFailpoint(FAILPOINTS.relayPublished, about);
    } catch (cause) {
      const error = asError(cause);
      results = batch.map(() => ({ ok: false, kind: 'brokers', mayBeWritten: true, error }));
    }
    endSpans(results);
    return results;
  }

  async #publish(batch: readonly LaneMessage[]): Promise<readonly PublishResult[]> {
    const { publisher, clock } = this.#options;
    const skipped = failpointsArmed() ? await skippedOf(batch) : undefined;
    const sent = skipped === undefined ? batch : batch.filter((item) => !skipped.has(item));
    const now = clock.now();
    const results = await publisher.publish(sent.map(({ message }) => toRecord(message, now)));
    if (results.length !== sent.length) {
      throw new Error(`the publisher answered for ${results.length} of ${sent.length} messages`);
    }
    if (skipped === undefined) {
      return results;
    }
    let next = 0;
    return batch.map((item) => (skipped.has(item) ? { ok: true } : (results[next++] as PublishResult)));
  }
}

async function skippedOf(batch: readonly LaneMessage[]): Promise<ReadonlySet<LaneMessage> | undefined> {
  const skipped = new Set<LaneMessage>();
  for (const item of batch) {
    if (await hitFailpoint(FAILPOINTS.relaySkipsMessage)) {
      skipped.add(item);
    }
  }
  return skipped.size === 0 ? undefined : skipped;
}
