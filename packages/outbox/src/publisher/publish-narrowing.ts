import { FailedKeys, heldBack } from './failed-keys.ts';
import type { FailureKind, OutgoingMessage, PublishResult } from './publisher.ts';

/** One attempt to send messages together: resolves when all are written, rejects when any is not. */
export type Attempt = (messages: readonly OutgoingMessage[]) => Promise<void>;

/** What an error of a client means. */
export interface Diagnosis {
  readonly kind: FailureKind;
  /** False when Kafka said that it wrote nothing of what it refused. */
  readonly mayBeWritten: boolean;
  readonly error: Error;
}

/**
 * Sends all messages in one attempt. Only when that fails it finds out which of them are at fault, because kafkajs does
 * not tell: it sends them again topic by topic, and what is refused as a message in halves, until the message is alone.
 *
 * Order holds: parts are sent one after the other, and what follows a failed message of its key is not sent. Messages
 * that had been written in a failed attempt are written again, which the port allows. Silence of the brokers ends the
 * search, so the time it takes is bounded by what the client takes to give up once more.
 */
export async function publishNarrowing(
  messages: readonly OutgoingMessage[],
  attempt: Attempt,
  diagnose: (error: unknown) => Diagnosis,
): Promise<readonly PublishResult[]> {
  const results: PublishResult[] = [];
  const failedKeys = new FailedKeys();
  const sentBefore = new Set<Entry>();
  let silence: Diagnosis | undefined;

  function fail(entry: Entry, { kind, mayBeWritten, error }: Diagnosis): void {
    failedKeys.add(entry.message);
    results[entry.index] = { ok: false, kind, mayBeWritten: mayBeWritten || sentBefore.has(entry), error };
  }

  /** What may be sent now; what follows a failed message of its key is answered. */
  function due(part: readonly Entry[]): readonly Entry[] {
    return part.filter((entry) => {
      if (!failedKeys.has(entry.message)) return true;
      results[entry.index] = heldBack(sentBefore.has(entry));
      return false;
    });
  }

  async function send(part: readonly Entry[]): Promise<void> {
    const entries = due(part);
    if (entries.length === 0) return;
    const diagnosis = silence ?? (await diagnosisOf(entries));
    if (diagnosis === undefined) {
      for (const { index } of entries) results[index] = { ok: true };
      return;
    }
    if (diagnosis.kind === 'brokers') silence = diagnosis;
    const parts = partsOf(entries, diagnosis.kind);
    if (parts.length === 1) {
      for (const entry of entries) fail(entry, diagnosis);
      return;
    }
    for (const entry of entries) sentBefore.add(entry);
    for (const next of parts) await send(next);
  }

  async function diagnosisOf(entries: readonly Entry[]): Promise<Diagnosis | undefined> {
    try {
      await attempt(entries.map(({ message }) => message));
      return undefined;
    } catch (error) {
      return diagnose(error);
    }
  }

  await send(messages.map((message, index) => ({ message, index })));
  return results;
}

interface Entry {
  readonly message: OutgoingMessage;
  readonly index: number;
}

/** Smaller parts to try one by one; one part when trying less would tell nothing new. */
function partsOf(entries: readonly Entry[], kind: Diagnosis['kind']): readonly (readonly Entry[])[] {
  if (kind === 'brokers') return [entries];
  const byTopic = [...Map.groupBy(entries, ({ message }) => message.topic).values()];
  if (byTopic.length > 1 || kind !== 'message' || entries.length === 1) return byTopic;
  const middle = Math.ceil(entries.length / 2);
  return [entries.slice(0, middle), entries.slice(middle)];
}
