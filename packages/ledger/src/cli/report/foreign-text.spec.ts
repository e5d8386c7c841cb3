import { expect, test } from '@jest/globals';
import { accountOf } from '../../account/account-of.ts';
import type { MessageCopy } from '../../account/evidence.ts';
import { auditOrder } from '../../audit/audit-order.ts';
import { AT_REST_LIMITS } from '../../audit/limits.ts';
import type { Repair } from '../../repair/repair.ts';
import { auditsOf, printed } from '../../testing/printed.ts';
import { plain } from '../terminal/paint.ts';
import { accountOutcome } from './account-report.ts';
import { auditLines, auditPieces } from './audit-report.ts';
import { planText } from './repair-report.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';
/** Clears the screen, and turns around what follows. */
const EVIL = 'id\u001b[2J\u009b2J\u202e';
const WRITTEN_OUT = 'id\\u001b[2J\\u009b2J\\u202e';

const copy: MessageCopy = {
  ...{ source: 'topic', orderId: ORDER, hop: 'shop.topic', messageId: EVIL, type: EVIL },
  ...{ partition: 0, offset: 1n, at: 0 },
};

/** No character that a terminal acts upon, but line breaks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const HARMLESS = /^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]*$/;

test('what stands in a message moves no cursor: an account, findings of one order, findings of many', async () => {
  const account = accountOf(ORDER, [copy]);
  const findings = auditOrder(account, { readAt: 1, limits: AT_REST_LIMITS });
  const audit = { account, findings };
  const many = await printed(auditPieces(auditsOf([audit]), auditLines(plain)));
  for (const text of [accountOutcome(audit).text(plain), many.out]) {
    expect(text).toMatch(HARMLESS);
    expect(text).toContain(`(message ${WRITTEN_OUT})`);
  }
});

test('nor does it in a plan', () => {
  const repair: Repair = {
    ...{ kind: 'tell-fact', orderId: ORDER, messageId: EVIL, copy: null },
    ...{ because: EVIL, text: EVIL, evidence: EVIL },
  };
  const text = planText({ orderId: ORDER, repairs: [repair], byHand: [] }, true, plain);
  expect(text).toMatch(HARMLESS);
  expect(text).toContain(`of message ${WRITTEN_OUT}`);
});
