import { isFinal } from '@bezel/order-workflow';
import type { InboxHop } from '../account/hops.ts';
import { type OrderAccount, statusOf } from '../account/order-account.ts';
import { type Finding, isDefect } from '../audit/finding.ts';
import type { ParkedKey } from '../sources/views/parked.ts';
import { byHandTextOf } from './by-hand.ts';
import type { ByHand, CopyPlace, OutboxPlace, Repair } from './repair.ts';
import { WORDS } from './words.ts';

/** What remedies are made of: an order's audit, and what is parked of it where that was asked. */
export interface Ailing {
  readonly account: OrderAccount;
  readonly findings: readonly Finding[];
  readonly parked?: readonly ParkedKey[];
}

/** What would mend one finding: a repair, or a person. */
export type Remedy = { readonly finding: Finding } & ({ readonly repair: Repair } | { readonly byHand: ByHand });

/**
 * What would mend each defect of an order, in the order of its findings. What lacks where something is parked is not among them:
 * that arrives when the parked key is played again (`redriveOf`).
 *
 * An order whose own record is in doubt (its row, its history, what it has told) is not built upon: its messages are still
 * brought to where they belong, but no workflow is started from it and nothing is projected.
 */
export function remediesOf({ account, findings, parked = [] }: Ailing): readonly Remedy[] {
  const defects = findings.filter(isDefect);
  const doubted = defects.find(isOfTheRecord);
  const held = new Set<string>(parked.map(({ hop }) => hop));
  const isHeld = ({ hop }: Finding): boolean =>
    held.has(hop) || (isTopic(hop) && held.has(hop.replace('.topic', '.outbox')));
  return defects
    .filter((finding) => !isHeld(finding))
    .map((finding): Remedy => {
      const found = repairOf(account, finding);
      if (typeof found === 'string') return { finding, byHand: left(finding, found) };
      if (doubted === undefined || BRINGS_MESSAGES.has(found.kind)) return { finding, repair: found };
      const text = `The order’s own record is in doubt, so nothing is built upon it: ${doubted.detail}.`;
      return { finding, byHand: left(finding, text) };
    });
}

/** One repair for all that is parked of an order, or for a part of it: it is asked of every app at once. */
export function redriveOf(orderId: string, parked: readonly ParkedKey[]): Repair {
  const asked = parked.every(({ redrive }) => redrive);
  return {
    ...{ kind: 'redrive', orderId },
    because: parked.map(({ hop, topic, reason }) => `parked at ${hop}, on ${topic}: ${reason}`).join('; '),
    text: asked
      ? 'It was asked for already: what is parked is played again as soon as the app that parked it gets to it. See that its relay or its consumer runs.'
      : `${WORDS.redrive()} What fails again is parked again: mend what the error names first.`,
    evidence: parked
      .map(({ hop, parkedAt, attempts }) => `${hop} since ${parkedAt}, ${attempts ?? 0} tries`)
      .join('; '),
  };
}

/** Committed messages may be brought to whoever must act on them, whatever else is wrong. */
const BRINGS_MESSAGES: ReadonlySet<Repair['kind']> = new Set(['redrive', 'publish-again']);

const isTopic = (hop: string): boolean => hop.endsWith('.topic');

const isOfTheRecord = ({ hop, kind }: Finding): boolean =>
  (hop === 'shop.order' && kind !== 'unfinished') ||
  hop === 'client' ||
  hop === 'shop.history' ||
  hop === 'shop.delay' ||
  hop === 'shop.outbox';

const left = ({ orderId, hop, detail }: Finding, text: string): ByHand => ({ orderId, hop, because: detail, text });

/** The repair of a finding, or why there is none. */
function repairOf(account: OrderAccount, finding: Finding): Repair | string {
  const { hop, kind, messageId } = finding;
  if (kind === 'lost' && messageId !== undefined) {
    switch (hop) {
      case 'shop.topic':
      case 'mes.topic':
        return publishAgain(account, finding, messageId);
      case 'shop.inbox':
      case 'mes.inbox':
      case 'crm.inbox':
        return publishAgain(account, finding, messageId);
      case 'workflow':
        return tellFact(account, finding, messageId);
      case 'mes.board':
        return projectAgain(account, finding, messageId, BOARD);
      case 'crm.projection':
        return projectAgain(account, finding, messageId, CRM);
      case 'crm.order':
        return projectAgain(account, finding, messageId, SALES);
      case 'mes.late-mark':
        return projectAgain(account, finding, messageId, LATE_MARKS);
      case 'crm.delay':
        return projectAgain(account, finding, messageId, CRM_DELAYS);
      default:
        return byHandTextOf(finding, account);
    }
  }
  if (hop === 'workflow' && kind === 'lost') return runWorkflow(account, finding);
  return byHandTextOf(finding, account);
}

function publishAgain(account: OrderAccount, { hop, detail }: Finding, messageId: string): Repair | string {
  const row = account.written.find((written) => written.messageId === messageId);
  if (row === undefined) {
    return 'The outbox has forgotten the message, or what it has cannot be read, so it cannot be published again: see what became of it at who should have taken it.';
  }
  const place: OutboxPlace = { hop: row.hop, shard: row.shard, seq: String(row.seq) };
  const copies = account.copies.filter((copy) => copy.messageId === messageId);
  const taken = account.handled.filter((handled) => handled.messageId === messageId).length;
  return {
    ...{ kind: 'publish-again', orderId: account.orderId, because: detail, messageId, place },
    text: WORDS.publishAgain(row.type),
    evidence: `${hop}, ${copies.length} copies, the last ${copies.at(-1)?.offset ?? 'nowhere'}, ${taken} took it`,
  };
}

function runWorkflow(account: OrderAccount, finding: Finding): Repair | string {
  const { orderId, workflow } = account;
  const status = statusOf(account);
  if (status === null || isFinal(status)) return byHandTextOf(finding, account);
  if (workflow?.status === 'RUNNING') return byHandTextOf(finding, account);
  if (workflow?.status === 'COMPLETED') {
    return 'Its workflow ended by itself and the order has not: find out who moved the order back, and set it right by hand.';
  }
  return {
    ...{ kind: 'run-workflow', orderId, because: finding.detail },
    text: WORDS.runWorkflow(status),
    evidence: workflow === null ? `${status}, none` : `${status}, ${workflow.status} at ${workflow.closedAt}`,
  };
}

function tellFact(account: OrderAccount, { detail }: Finding, messageId: string): Repair | string {
  const written = account.written.find((message) => message.messageId === messageId);
  const own = written?.hop === 'shop.outbox';
  const copy = placeOf(account, messageId);
  if (!own && copy === null) {
    return 'What was said is on no topic any more. Once its message is published again, ask for this repair again.';
  }
  const { workflow, orderId } = account;
  return {
    ...{ kind: 'tell-fact', orderId, because: detail, messageId, copy: own ? null : copy },
    text: WORDS.tellFact(),
    evidence: `workflow ${workflow?.status ?? 'none'} since ${workflow?.startedAt ?? 'never'}`,
  };
}

/** Who shows moves and delays, in words. */
interface Shows {
  readonly inbox: InboxHop;
  readonly who: string;
  readonly shown: (account: OrderAccount) => string;
}
const BOARD: Shows = {
  inbox: 'mes.inbox',
  who: 'the MES',
  shown: ({ board }) => `the board shows move ${board[0]?.seq ?? 'none'}`,
};
const LATE_MARKS: Shows = {
  inbox: 'mes.inbox',
  who: 'the MES',
  shown: ({ lateMarks }) => `the board marks move ${lateMarks[0]?.seq ?? 'none'} as late`,
};
const CRM: Shows = { inbox: 'crm.inbox', who: 'the CRM', shown: ({ projected }) => `${projected.length} moves shown` };
const CRM_DELAYS: Shows = {
  inbox: 'crm.inbox',
  who: 'the CRM',
  shown: ({ delaysShown }) =>
    `${delaysShown.length} delays shown, ${delaysShown.filter(({ customerTold }) => customerTold).length} told`,
};
const SALES: Shows = {
  inbox: 'crm.inbox',
  who: 'the CRM',
  shown: ({ ordersShown }) => `sales sees move ${ordersShown[0]?.seq ?? 'none'}`,
};

function projectAgain(
  account: OrderAccount,
  { detail }: Finding,
  messageId: string,
  { inbox, who, shown }: Shows,
): Repair | string {
  const copy = placeOf(account, messageId);
  if (copy === null) return 'What was told is on no topic any more.';
  const taken = account.handled.some((row) => row.hop === inbox && row.messageId === messageId);
  if (!taken)
    return `It was taken so long ago that the inbox of ${who} has forgotten it: enter it by hand, from the shop’s history.`;
  return {
    ...{ kind: 'project-again', orderId: account.orderId, because: detail, messageId, copy },
    text: WORDS.projectAgain(who),
    evidence: shown(account),
  };
}

function placeOf(account: OrderAccount, messageId: string): CopyPlace | null {
  const copy = account.copies.find((known) => known.messageId === messageId);
  return copy === undefined ? null : { hop: copy.hop, partition: copy.partition, offset: String(copy.offset) };
}
