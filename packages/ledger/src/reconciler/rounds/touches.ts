import type { Finding } from '../../audit/finding.ts';
import { idTime } from '../../sources/views/id-time.ts';

/** An order at which something happened, in milliseconds since 1970. */
interface Touch {
  readonly first: number;
  readonly last: number;
  /** When it was audited after its last touch; null: not yet. */
  readonly auditedAt: number | null;
}

export interface TouchTimes {
  /** After so long without another touch everything must have arrived: the order is due. */
  readonly quietMs: number;
  /** An order that is touched on and on is due after so long. */
  readonly atLatestMs: number;
  /** An order that was audited is remembered for so long: what touched it may be told again. */
  readonly rememberedMs: number;
}

/**
 * Orders that were touched since they were last audited. What happens to an order comes in bursts; auditing it in their midst
 * would only find things on their way. So each is due once after its burst, when what was written must have arrived.
 */
export class Touches {
  readonly #times: TouchTimes;
  readonly #touches = new Map<string, Touch>();

  constructor(times: TouchTimes) {
    this.#times = times;
  }

  /** Something happened at the order at a moment. Told again of what was audited, it does nothing. */
  touch(orderId: string, at: number): void {
    const known = this.#touches.get(orderId);
    if (known === undefined || (known.auditedAt !== null && at > known.last)) {
      this.#touches.set(orderId, { first: at, last: at, auditedAt: null });
    } else if (known.auditedAt === null && (at > known.last || at < known.first)) {
      this.#touches.set(orderId, {
        ...{ first: Math.min(at, known.first), last: Math.max(at, known.last), auditedAt: null },
      });
    }
  }

  /** Which orders are due, with when their burst began. */
  due(now: number): Map<string, number> {
    const { quietMs, atLatestMs } = this.#times;
    const due = new Map<string, number>();
    for (const [orderId, { first, last, auditedAt }] of this.#touches) {
      if (auditedAt === null && (now - last >= quietMs || now - first >= atLatestMs)) due.set(orderId, first);
    }
    return due;
  }

  /** These were audited, as of a moment. What was too young then to be missing is still to be audited. */
  audited(orderIds: Iterable<string>, at: number): void {
    const judgedUntil = at - this.#times.quietMs;
    for (const orderId of orderIds) {
      const known = this.#touches.get(orderId);
      if (known === undefined) continue;
      if (known.last <= judgedUntil) this.#touches.set(orderId, { ...known, auditedAt: at });
      else this.#touches.set(orderId, { ...known, first: Math.max(known.first, judgedUntil) });
    }
    for (const [orderId, { auditedAt, last }] of this.#touches) {
      if (auditedAt !== null && at - Math.max(last, auditedAt) > this.#times.rememberedMs)
        this.#touches.delete(orderId);
    }
  }

  /** Whether it waits to be audited, or was audited lately. */
  knows(orderId: string): boolean {
    return this.#touches.has(orderId);
  }
}

/** What one look at an order's latest burst may be trusted with. */
interface BurstTerms {
  /** When the burst began, less what clocks may differ by. */
  readonly begunAt: number;
  readonly now: number;
  /** For how long an outbox keeps its messages. */
  readonly outboxKeptMs: number;
}

/**
 * Whether a finding is about the burst. A round reads only the newest messages of the topics: of an older one it has no copy,
 * and of an old order not even the rows. What is said of those was looked at when they were new, and is again in each full pass.
 */
export function concernsBurst(
  { orderId, hop, messageId }: Finding,
  { begunAt, now, outboxKeptMs }: BurstTerms,
): boolean {
  if (messageId !== undefined) return (idTime(messageId) ?? now) >= begunAt;
  const isOfMessages = /\.(outbox|topic|inbox)$/.test(hop);
  return !isOfMessages || (idTime(orderId) ?? now) > now - outboxKeptMs;
}
