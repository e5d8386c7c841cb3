import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { accountOf } from '../account/account-of.ts';
import type { Finding } from '../audit/finding.ts';
import type { OrderDetails } from '../sources/views/order-details.ts';
import type { RepairDetails } from '../sources/views/repairs.ts';
import { auditsOf, printed } from '../testing/printed.ts';
import { explain } from '../why/explain.ts';
import { EXIT } from './command.ts';
import { audit } from './commands/audit.ts';
import { list } from './commands/list.ts';
import { repair } from './commands/repair.ts';
import { why } from './commands/why.ts';
import { helpOf } from './help.ts';
import { auditLines, auditPieces } from './report/audit-report.ts';
import { listText } from './report/list-report.ts';
import { repairedText } from './report/repair-report.ts';
import { unknownOrder } from './report/unknown-order.ts';
import { whyText } from './report/why-report.ts';
import { plain } from './terminal/paint.ts';

const PAGE = readFileSync(new URL('../../../../docs/operating/orderctl.md', import.meta.url), 'utf8');
const AT = Date.UTC(2026, 0, 31, 12);
const MINUTE = 60_000;
const ORDER = '019b8d9c-1111-7000-8000-000000000001';
const MESSAGE = '019b8d9c-2222-7000-8000-000000000001';

const DETAILS: OrderDetails = {
  ...{ orderId: ORDER, number: 'B-2026-000123', tenant: 'goldsmith', channel: 'partner', status: 'APPROVED', seq: 3 },
  ...{ reason: null, submittedAt: AT - 200 * MINUTE, enteredAt: AT - 130 * MINUTE, stageDeadline: AT + 2750 * MINUTE },
  ...{
    promisedAt: AT + 20_000 * MINUTE,
    expectedAt: null,
    late: false,
    predictedLate: false,
    offerExpiresAt: null,
    runId: 'run',
  },
};

const LOST: Finding = {
  ...{ kind: 'lost', hop: 'crm.inbox', orderId: ORDER, messageId: MESSAGE, ageMs: 12 * MINUTE },
  detail: "shop.order-status-changed (offset 4711) was not taken by the consumer that has to keep the CRM's view",
};

const REPAIRS_ASKED: readonly RepairDetails[] = [
  {
    ...{ id: '019b8d9c-3333-7000-8000-000000000001', kind: 'publish-again', messageId: MESSAGE, askedBy: 'admin' },
    ...{ reason: `orderctl: ${LOST.detail}`, askedAt: AT - 90 * MINUTE, endedAt: AT - 89 * MINUTE },
    ...{ state: 'done', outcome: 'the message is published again' },
  },
];

/** What stands in the page, as the command prints it. */
const SHOWN = {
  audit: async () => {
    const audits = auditsOf([
      { account: accountOf(ORDER, []), findings: [LOST] },
      { account: accountOf(MESSAGE, []), findings: [] },
    ]);
    return (await printed(auditPieces(audits, auditLines(plain)))).out.trimEnd();
  },
  list: () => listText({ orders: [DETAILS], more: false, withoutRow: 0, now: AT }, plain),
  repair: () => {
    const planned = { kind: 'publish-again', messageId: MESSAGE } as const;
    const plan = {
      orderId: ORDER,
      repairs: [
        {
          ...{ ...planned, orderId: ORDER, because: LOST.detail, evidence: '' },
          text: 'Publishes shop.order-status-changed again, as it was written; mes, crm will take it, and who has it passes over the copy.',
          place: { hop: 'shop.outbox', shard: 3, seq: '4711' } as const,
        },
      ],
      byHand: [],
    };
    const asked = {
      ...{ ...planned, id: MESSAGE, orderId: ORDER, askedBy: 'admin', reason: '' },
      state: 'done',
      outcome: 'the message is published again',
    } as const;
    return repairedText(plan, { asked: [{ asked }], left: [], plan: { ...plan, repairs: [] } }, plain);
  },
  why: () => {
    const step = {
      name: 'openWorkOrder',
      started: false,
      attempt: 4,
      scheduledAt: AT - 10 * MINUTE,
      nextTryAt: AT + MINUTE,
    };
    const work = {
      runId: 'run',
      taskAttempt: 1,
      taskSince: null,
      steps: [{ ...step, lastError: 'connect ECONNREFUSED 10.0.0.7:5432' }],
    };
    const account = accountOf(ORDER, [
      { source: 'workflow', orderId: ORDER, status: 'RUNNING', startedAt: AT - 200 * MINUTE, closedAt: null },
    ]);
    const situation = {
      orderId: ORDER,
      at: AT,
      details: DETAILS,
      audit: { account, findings: [] },
      parked: [],
      repairs: REPAIRS_ASKED,
      work,
      unread: [],
    };
    return whyText(explain(situation), plain);
  },
};

describe('docs/operating/orderctl.md', () => {
  test.each([audit, list, why, repair])('shows the help of $name as it is', (command) => {
    const [usage, options] = [
      helpOf(command).split('\n').at(0),
      helpOf(command)
        .split('\n\n')
        .find((part) => /^ {2}--/.test(part)),
    ];
    expect(PAGE).toContain(`${usage}\n`);
    expect(PAGE).toContain(`${options}\n`);
  });

  test.each(Object.entries(SHOWN))('shows what %s prints', async (_, shown) => {
    expect(PAGE).toContain(`\n${await shown()}\n\`\`\``);
  });

  test('shows what --json prints of an order that nobody knows', () => {
    expect(PAGE).toContain(`\`${JSON.stringify(unknownOrder('B-2026-999999').document)}\``);
  });

  test('lists every exit code', () => {
    for (const code of Object.values(EXIT)) expect(PAGE).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
  });
});
