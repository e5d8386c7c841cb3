import { createHash } from 'node:crypto';
import { Problem } from '@bezel/contracts';
import { z } from 'zod';
import { whatItSays } from '../../what-it-says.ts';
import { REPAIR_KINDS, type Repair } from '../repair.ts';
import type { EventPlace, EventRead } from './event-at.ts';

/** A repair as the shop's door answers it. `outcome` says in words what came of it, once it is not `asked` any more. */
export const AskedRepair = z.object({
  id: z.uuid(),
  orderId: z.uuid(),
  kind: z.enum(REPAIR_KINDS),
  messageId: z.uuid().nullable(),
  askedBy: z.string(),
  reason: z.string(),
  state: z.enum(['asked', 'done', 'needless', 'refused']),
  outcome: z.string().nullable(),
});
export type AskedRepair = z.infer<typeof AskedRepair>;

/** Asks the shop, whose door for repairs is the door for those of all apps. */
export interface RepairClient {
  /**
   * Asks for a repair. It is safe to ask again, at any time and from anywhere. The same repair of the same evidence, asked for with the
   * same reason, has one key, and keys are the caller's own: asked again, it is one repair. Asked for by somebody else while it waits, the
   * one that waits is the answer.
   *
   * @throws RepairNotAskedError
   */
  ask(repair: Repair): Promise<AskedRepair>;
  /** Every repair that was asked of an order, oldest first. @throws RepairNotAskedError */
  of(orderId: string): Promise<readonly AskedRepair[]>;
}

export interface RepairClientOptions {
  /** Where the shop's door is: `http://127.0.0.1:3001`. */
  readonly shopUrl: string;
  /**
   * The Authorization header of an administrator; asked for before each call, and once more when the door does not accept it. Answers
   * another one then, or the same when there is no other.
   */
  readonly authorization: (refused?: string) => Promise<string>;
  /** Reads a message of a topic, as `eventAt` does. */
  readonly eventAt: (place: EventPlace) => Promise<EventRead | undefined>;
  /** Who says that it is needed, in the reasons: `orderctl`, `reconciler`. */
  readonly asker: string;
}

/**
 * A repair could not be asked for, or looked at. `code` is the door's, or `door_unavailable`, `door_unknown` (where it is, or who asks
 * there), `not_signed_in`, `message_gone`.
 */
export class RepairNotAskedError extends Error {
  readonly code: string;
  /** Whether asking again may help. */
  readonly retryable: boolean;

  constructor(
    message: string,
    { code, cause, retryable = false }: { code: string; cause?: unknown; retryable?: boolean },
  ) {
    super(message, { cause });
    this.name = 'RepairNotAskedError';
    this.code = code;
    this.retryable = retryable;
  }
}

const TIMEOUT_MS = 10_000;
const LONGEST_REASON = 500;
const List = z.object({ items: z.array(AskedRepair) });

/**
 * A client of the shop's door for repairs.
 *
 * @example
 * const client = repairClient({ shopUrl, authorization, asker: 'orderctl', eventAt: (place) => eventAt(stack, place) });
 * for (const repair of planRepairs(audit).repairs) await client.ask(repair);
 */
export function repairClient({ shopUrl, authorization, eventAt, asker }: RepairClientOptions): RepairClient {
  const knock = async (url: URL, init: RequestInit, authorized: string): Promise<Response> => {
    try {
      const headers = { ...(init.headers as Record<string, string>), authorization: authorized };
      return await fetch(url, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      const message = `the shop’s door (${url.origin}) does not answer: ${reasonOf(cause)}`;
      throw new RepairNotAskedError(message, { code: 'door_unavailable', cause, retryable: true });
    }
  };
  const call = async (orderId: string, init: RequestInit): Promise<unknown> => {
    const url = new URL(`/v1/operations/orders/${orderId}/repairs`, shopUrl);
    const header = await authorization();
    let response = await knock(url, init, header);
    if (response.status === 401) {
      const other = await authorization(header);
      if (other !== header) response = await knock(url, init, other);
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw refusedBy(url.origin, response.status, body);
    return body;
  };
  const of = async (orderId: string): Promise<readonly AskedRepair[]> => List.parse(await call(orderId, {})).items;
  return {
    of,
    async ask(repair) {
      const body = await bodyOf(repair, asker, eventAt);
      const text = JSON.stringify(body);
      const inVain = (await of(repair.orderId)).filter((before) => isOf(before, repair)).length;
      const name = `${repair.orderId}\n${repair.evidence}\n${inVain}\n${text}`;
      const key = createHash('sha256').update(name).digest('base64url');
      const headers = { 'content-type': 'application/json', 'idempotency-key': `repair-${key}` };
      return AskedRepair.parse(await call(repair.orderId, { method: 'POST', headers, body: text }));
    },
  };
}

/**
 * The same repair, needless or refused when it was tried: that changed nothing of the evidence, and must not be the answer for ever.
 */
const isOf = ({ kind, messageId, state }: AskedRepair, repair: Repair): boolean =>
  (state === 'needless' || state === 'refused') &&
  kind === repair.kind &&
  messageId === ('messageId' in repair ? repair.messageId : null);

async function bodyOf(repair: Repair, asker: string, read: RepairClientOptions['eventAt']): Promise<object> {
  const reason = `${asker}: ${repair.because}`.slice(0, LONGEST_REASON);
  switch (repair.kind) {
    case 'redrive':
    case 'run-workflow':
      return { kind: repair.kind, reason };
    case 'publish-again': {
      const { kind, messageId, place } = repair;
      return {
        kind,
        messageId,
        of: place.hop === 'shop.outbox' ? 'shop' : 'mes',
        shard: place.shard,
        seq: place.seq,
        reason,
      };
    }
    case 'tell-fact':
    case 'project-again': {
      const { kind, messageId, copy } = repair;
      if (copy === null) return { kind, messageId, reason };
      const event = await read({ ...copy, messageId });
      if (event === undefined) {
        const where = `${copy.hop}, partition ${copy.partition}, offset ${copy.offset}`;
        throw new RepairNotAskedError(`message ${messageId} (${where}) cannot be read any more`, {
          code: 'message_gone',
        });
      }
      return { kind, messageId, event, reason };
    }
  }
}

function refusedBy(door: string, status: number, body: unknown): RepairNotAskedError {
  const problem = Problem.safeParse(body);
  const code = problem.success ? problem.data.code : `http_${status}`;
  const detail = problem.success ? (problem.data.detail ?? problem.data.title) : `status ${status}`;
  if (status === 401 || status === 403) {
    return new RepairNotAskedError(`repairs are for administrators (role "admin"), and ${door} answers: ${detail}`, {
      code,
    });
  }
  const retryable = status >= 500 || status === 429;
  return new RepairNotAskedError(`${door} refuses the repair: ${detail}`, { code, retryable });
}

/** What fetch says is in the cause. */
const reasonOf = (error: unknown): string =>
  whatItSays(error instanceof Error && error.cause !== undefined ? error.cause : error);
