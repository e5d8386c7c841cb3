import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { accountOf } from '../account/account-of.ts';
import { auditOrder } from '../audit/audit-order.ts';
import { AT_REST_LIMITS } from '../audit/limits.ts';
import type { AuditedStack } from '../audit-stack.ts';
import { LIFE_BEGINS, liveOrder } from '../testing/order-life.ts';
import { type AskedRepair, type RepairClient, RepairNotAskedError } from './asking/repair-client.ts';
import type { Ailing } from './remedies.ts';
import type { Repair } from './repair.ts';
import { type Repaired, repairOrder } from './repair-order.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';
/** Nobody comes so far as to read it. */
const UNREAD = {} as AuditedStack;
const GONE = new RepairNotAskedError('the door does not answer', { code: 'door_unavailable', retryable: true });

/** The CRM took two moves and does not show them. */
function ailing(): Ailing {
  const life = liveOrder(ORDER, {
    ...{ steps: 8, ending: 'none', repeatsFrom: [], refusedAfter: null, lateAfter: null, claimed: false },
  });
  const account = accountOf(
    ORDER,
    life.filter((item) => !(item.source === 'view' && item.hop === 'crm.projection' && /^[45] /.test(item.state))),
  );
  return { account, findings: auditOrder(account, { readAt: LIFE_BEGINS + 3_600_000, limits: AT_REST_LIMITS }) };
}

/** A door that answers so many times, whatever it is asked. */
function doorFor(answers: number): RepairClient {
  let left = answers;
  const answered = <T>(answer: T): Promise<T> => (left-- > 0 ? Promise.resolve(answer) : Promise.reject(GONE));
  const asked = (repair: Repair): AskedRepair => ({
    ...{ id: randomUUID(), orderId: ORDER, kind: repair.kind, askedBy: 'ada', reason: '' },
    ...{ messageId: 'messageId' in repair ? repair.messageId : null, state: 'asked', outcome: null },
  });
  return { ask: (repair) => answered(asked(repair)), of: () => answered([]) };
}

const messagesOf = ({ asked, broken }: Repaired) => ({
  asked: asked.map((one) => ('asked' in one ? one.asked.messageId : one.notAsked.code)),
  unasked: broken?.unasked.map((repair) => ('messageId' in repair ? repair.messageId : null)),
});

test.each([0, 1, 2])(
  'the door is away after %d answers: what was asked for is told, and what was not',
  async (answers) => {
    const { findings } = ailing();
    const repaired = await repairOrder(UNREAD, doorFor(answers), ailing(), { forMs: 60_000 });
    const messages = findings.map(({ messageId }) => messageId);
    expect(messages).toHaveLength(2);
    expect(messagesOf(repaired)).toEqual({ asked: messages.slice(0, answers), unasked: messages.slice(answers) });
    expect(repaired.broken?.by).toBe(GONE);
    expect(repaired.left).toEqual(findings);
  },
);

test('told to end, it ends with the reason', async () => {
  const signal = AbortSignal.abort(new Error('ended'));
  await expect(repairOrder(UNREAD, doorFor(9), ailing(), { forMs: 60_000, signal })).rejects.toThrow('ended');
});
