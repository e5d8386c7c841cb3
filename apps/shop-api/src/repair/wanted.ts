import { OrderDelayed, OrderStatusChanged, OrderSubmitted } from '@bezel/contracts';
import type { EventDefinition } from '@bezel/outbox';
import { invalidRequest } from '@bezel/service';
import { z } from 'zod';
import { FACT_EVENTS } from '../orchestrator/facts.ts';
import type { RepairWanted } from './ask-repair.ts';

const Reason = z.string().trim().min(1).max(500);
const Event = z.strictObject({ type: z.string(), data: z.unknown() });

/**
 * What is asked, and why. `tell-fact` names the message of a fact: one that the shop has recorded, or another service's, and
 * then its event as it lies on the topic. `publish-again` names a message and its place in the outbox of the app that wrote it.
 * `project-again` names a message that the CRM or the MES took and does not show, with its event as it lies on the topic.
 */
export const RepairBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run-workflow'), reason: Reason }),
  z.strictObject({ kind: z.literal('redrive'), reason: Reason }),
  z.strictObject({ kind: z.literal('tell-fact'), messageId: z.uuid(), event: Event.optional(), reason: Reason }),
  z.strictObject({
    kind: z.literal('publish-again'),
    messageId: z.uuid(),
    of: z.enum(['shop', 'mes']),
    shard: z.number().int().nonnegative().max(32_767),
    /** Decimal, as the audit tells it. */
    seq: z.string().regex(/^[1-9]\d{0,14}$/),
    reason: Reason,
  }),
  z.strictObject({ kind: z.literal('project-again'), messageId: z.uuid(), event: Event, reason: Reason }),
]);
export type RepairBody = z.infer<typeof RepairBody>;

/** What a body asks for. @throws ProblemError 400 when its event is none that fits, or another order's */
export function wantedBy(orderId: string, body: RepairBody): RepairWanted {
  switch (body.kind) {
    case 'run-workflow':
    case 'redrive':
      return { kind: body.kind };
    case 'tell-fact': {
      const { kind, messageId, event } = body;
      return event === undefined ? { kind, messageId } : { kind, messageId, fact: factIn(orderId, event) };
    }
    case 'publish-again': {
      const { kind, messageId, of, shard, seq } = body;
      return { kind, messageId, details: { of, shard, seq: Number(seq) } };
    }
    case 'project-again': {
      const { kind, messageId, event } = body;
      const known = PROJECTED.find(({ type }) => type === event.type);
      if (known === undefined)
        throw invalidRequest([{ path: 'event.type', message: `${event.type} is nothing that anybody shows` }]);
      return { kind, messageId, details: { event: { type: event.type, data: dataIn(orderId, event, known) } } };
    }
  }
}

/** What the CRM shows of an order, and of it the board of the MES what comes after the submission. */
const PROJECTED = [OrderSubmitted, OrderStatusChanged, OrderDelayed] as unknown as readonly EventDefinition[];

interface Told {
  readonly type: string;
  readonly data?: unknown;
}

function factIn(orderId: string, event: Told) {
  const known = FACT_EVENTS.find((fact) => fact.event.type === event.type);
  if (known === undefined)
    throw invalidRequest([{ path: 'event.type', message: `${event.type} tells a workflow nothing` }]);
  return known.read(dataIn(orderId, event, known.event));
}

/** @throws ProblemError 400 when they do not fit the event's schema, or are about another order */
function dataIn(orderId: string, { type, data }: Told, event: EventDefinition): unknown {
  const read = event.schema['~standard'].validate(data);
  if (read instanceof Promise || read.issues !== undefined) {
    throw invalidRequest([{ path: 'event.data', message: `does not fit the schema of ${type}` }]);
  }
  if (event.key(read.value) !== orderId) {
    throw invalidRequest([{ path: 'event.data', message: 'is about another order' }]);
  }
  return read.value;
}
