import { type InboxHop, isInbox } from '../account/hops.ts';
import type { OrderAccount } from '../account/order-account.ts';
import type { Finding } from '../audit/finding.ts';
import { ORDERCTL } from '../command-name.ts';
import { instant } from '../instant.ts';
import { isOfferOverdue, waitsForWorker } from '../repair/by-hand.ts';
import { type Remedy, redriveOf, remediesOf } from '../repair/remedies.ts';
import type { ParkedKey } from '../sources/views/parked.ts';
import { CAUSES, type Cause, type CauseCode } from './answer.ts';
import { roughly } from './durations.ts';
import { triedOf } from './repairs.ts';
import type { PendingStep, Situation } from './situation.ts';

/** A step that nobody has taken up for so long has no worker. */
const UNATTENDED_MS = 60_000;
/** A workflow task is tried once; one that was tried so often is not just unlucky. */
const STUCK_TRIES = 3;

/**
 * What is wrong with an order, the most telling first. Each cause is told once, by whoever knows most of it; what repairs it is what
 * `orderctl repair` would do about it.
 */
export function causesOf(situation: Situation): Cause[] {
  const { parked, audit } = situation;
  const causes = [
    ...parked.map((key) => ofParked(key, situation)),
    ...(audit === null
      ? []
      : firstOfEach(remediesOf({ ...audit, parked }).map((remedy) => ofRemedy(remedy, situation, audit.account)))),
    ...ofWork(situation),
  ];
  return causes.sort((a, b) => CAUSES.indexOf(a.code) - CAUSES.indexOf(b.code));
}

function firstOfEach(causes: readonly Cause[]): Cause[] {
  const nameOf = ({ code, hop, repair }: Cause): string => `${code} ${hop} ${repair.kind}`;
  return causes.filter((cause, index) => causes.findIndex((other) => nameOf(other) === nameOf(cause)) === index);
}

/** How a repair is asked for. By hand it would be done behind the back of the order's history. */
const askedForBy = ({ details, orderId }: Situation): string =>
  `“${ORDERCTL} repair ${details?.number ?? orderId}” asks for it.`;

const CONSUMERS: Readonly<Record<InboxHop, string>> = {
  'shop.inbox': 'the shop, which tells the workflow,',
  'mes.inbox': 'the MES, which keeps the board,',
  'crm.inbox': 'the CRM, which shows the order,',
};

function ofParked(key: ParkedKey, situation: Situation): Cause {
  const { hop, topic, group, reason, code, attempts, messages, parkedAt, redrive } = key;
  const waiting = messages === 1 ? 'one message of the order waits' : `${messages} messages of the order wait`;
  const { kind, text } = redriveOf(situation.orderId, [key]);
  const told = {
    hop,
    since: instant(parkedAt),
    tries: attempts,
    lastError: code === null ? reason : `${reason} (${code})`,
    repair: { kind, text: redrive ? text : `${text} ${askedForBy(situation)}` },
  };
  if (!isInbox(hop)) {
    return { ...told, code: 'publishing-parked', text: `Kafka refused a message for ${topic}: ${waiting} to be sent.` };
  }
  const who = capital(CONSUMERS[hop]);
  return {
    ...told,
    code: 'handling-parked',
    text: `${who} could not handle a message on ${topic}: ${waiting} behind it in group ${group ?? '?'}.`,
  };
}

/** The codes of what an audit finds. */
type FoundCode = Exclude<
  CauseCode,
  'publishing-parked' | 'handling-parked' | 'workflow-stuck' | 'step-failing' | 'step-unattended'
>;

const TEXTS: Readonly<Record<FoundCode, string>> = {
  unreadable: 'What a source says of the order cannot be read, so nobody knows what is wrong with it there.',
  'order-gone': 'The order’s row is gone; messages and moves show that it was there.',
  'history-broken': 'The order’s history contradicts its status: somebody changed it behind the workflow’s back.',
  unpublished:
    'A message was written and is not on its topic, so nobody was told: the relay of its app is away, or passed it over.',
  untaken: 'A message is on its topic, and a consumer has not taken it: that one is away, or passed it over.',
  'workflow-missing': 'The order has no workflow.',
  'workflow-ended': 'The order’s workflow ended otherwise than the order.',
  'workflow-runs-on': 'The order has ended, and its workflow runs on.',
  'fact-unanswered':
    'Something that was recorded of the order was handed to its workflow, and neither moved it nor was refused.',
  'work-order-wrong': 'The work order in the MES does not agree with the order.',
  'projection-wrong': 'What was taken is not shown to whoever looks there.',
  'offer-overdue': 'Nobody accepted the order’s offer in time, which ends an order.',
  'rests-too-long': 'The order rests in its status for longer than it may.',
  inconsistent: 'Something of the order is where it must not be, there twice, or told otherwise than it was.',
};

function ofRemedy(remedy: Remedy, situation: Situation, account: OrderAccount): Cause {
  const { hop, detail, ageMs } = remedy.finding;
  const code = codeOf(remedy.finding, account);
  return {
    ...{ code, hop, text: `${TEXTS[code]} ${capital(detail)}.` },
    since: ageMs === undefined ? null : instant(situation.at - ageMs),
    ...triedOf(remedy.finding, situation),
    repair:
      'byHand' in remedy
        ? {
            kind: waitsForWorker(remedy.finding, account) ? 'mend-worker' : 'by-hand',
            text: remedy.byHand.text,
          }
        : { kind: remedy.repair.kind, text: `${remedy.repair.text} ${askedForBy(situation)}` },
  };
}

function codeOf(finding: Finding, account: OrderAccount): FoundCode {
  const { hop, kind, messageId } = finding;
  if (kind === 'unreadable') return 'unreadable';
  switch (hop) {
    case 'client':
    case 'shop.order':
      if (kind === 'unfinished') return 'rests-too-long';
      return kind === 'lost' ? 'order-gone' : 'inconsistent';
    case 'shop.history':
      return kind === 'doubled-effect' ? 'inconsistent' : 'history-broken';
    case 'shop.topic':
    case 'mes.topic':
      return kind === 'lost' ? 'unpublished' : 'inconsistent';
    case 'shop.inbox':
    case 'mes.inbox':
    case 'crm.inbox':
      return kind === 'lost' ? 'untaken' : 'inconsistent';
    case 'workflow':
      if (messageId !== undefined) return 'fact-unanswered';
      if (isOfferOverdue(finding, account)) return 'offer-overdue';
      if (kind === 'unfinished') return 'workflow-runs-on';
      return account.workflow === null ? 'workflow-missing' : 'workflow-ended';
    case 'mes.work-order':
    case 'mes.outbox':
      return 'work-order-wrong';
    case 'mes.board':
    case 'crm.projection':
    case 'mes.late-mark':
    case 'crm.delay':
    case 'shop.cancellation':
      return kind === 'lost' && messageId !== undefined ? 'projection-wrong' : 'inconsistent';
    case 'crm.order':
      return kind === 'lost' ? 'projection-wrong' : 'inconsistent';
    case 'shop.repair':
      return 'inconsistent';
    case 'shop.outbox':
    case 'shop.delay':
      return kind === 'lost' ? 'history-broken' : 'inconsistent';
  }
}

function ofWork({ work, at }: Situation): Cause[] {
  if (work === null) return [];
  const causes: Cause[] = [];
  if (work.taskAttempt >= STUCK_TRIES) {
    causes.push({
      ...{ code: 'workflow-stuck', hop: 'workflow', text: 'The worker fails at the order’s workflow itself.' },
      since: work.taskSince === null ? null : instant(work.taskSince),
      ...{ tries: work.taskAttempt, lastError: null },
      repair: {
        kind: 'mend-worker',
        text: 'Look at the workflow’s history in Temporal: a release that cannot replay it must be taken back or mended. It then goes on by itself.',
      },
    });
  }
  for (const step of work.steps) {
    if (step.lastError !== null) causes.push(failing(step));
    else if (!step.started && step.scheduledAt !== null && at - step.scheduledAt > UNATTENDED_MS)
      causes.push(unattended(step, at));
  }
  return causes;
}

const failing = ({ name, attempt, scheduledAt, lastError }: PendingStep): Cause => ({
  ...{ code: 'step-failing', hop: 'workflow' },
  text: `A step of the order’s workflow fails and is tried again. It is “${name}”.`,
  since: scheduledAt === null ? null : instant(scheduledAt),
  // The attempt at hand has not failed yet.
  ...{ tries: Math.max(1, attempt - 1), lastError },
  repair: { kind: 'mend-worker', text: 'Mend what the error names; the next try then goes through by itself.' },
});

function unattended({ name, scheduledAt }: PendingStep, now: number): Cause {
  const since = scheduledAt ?? now;
  const words = 'A step of the order’s workflow waits, and no worker takes it up.';
  return {
    ...{ code: 'step-unattended', hop: 'workflow' },
    text: `${words} It is “${name}”, for ${roughly(now - since)}.`,
    ...{ since: instant(since), tries: 0, lastError: null },
    repair: { kind: 'mend-worker', text: 'See that the worker of that step runs; it then goes on by itself.' },
  };
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
