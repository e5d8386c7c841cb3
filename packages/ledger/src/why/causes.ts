import { type InboxHop, isInbox } from '../account/hops.ts';
import { type Finding, isDefect } from '../audit/finding.ts';
import type { ParkedKey } from '../sources/parked.ts';
import { CAUSES, type Cause, type CauseCode } from './answer.ts';
import { roughly } from './durations.ts';
import type { PendingStep, Situation } from './situation.ts';

/** A step that nobody has taken up for so long has no worker. */
const UNATTENDED_MS = 60_000;
/** A workflow task is tried once; one that was tried so often is not just unlucky. */
const STUCK_TRIES = 3;

/** What is wrong with an order, the most telling first. Each cause is told once, by whoever knows most of it. */
export function causesOf(situation: Situation): Cause[] {
  const { parked, audit } = situation;
  const held = new Set<string>(parked.map(({ hop }) => hop));
  // What is parked explains what is missing at that hop, and says more of it.
  const defects = (audit?.findings ?? []).filter((finding) => isDefect(finding) && !isExplained(finding, held));
  const causes = [
    ...parked.map(ofParked),
    ...firstOfEach(defects.map((finding) => ofFinding(finding, situation.at))),
    ...ofWork(situation),
  ];
  return causes.sort((a, b) => CAUSES.indexOf(a.code) - CAUSES.indexOf(b.code));
}

/** An order that merely rests too long is late, which the SLA tells; it is no cause. */
function isExplained({ hop, kind, detail: _ }: Finding, held: ReadonlySet<string>): boolean {
  if (hop === 'shop.order' && kind === 'unfinished') return true;
  return (
    held.has(hop) ||
    (hop === 'shop.topic' && held.has('shop.outbox')) ||
    (hop === 'mes.topic' && held.has('mes.outbox'))
  );
}

function firstOfEach(causes: readonly Cause[]): Cause[] {
  return causes.filter(
    (cause, index) => causes.findIndex(({ code, hop }) => code === cause.code && hop === cause.hop) === index,
  );
}

const CONSUMERS: Readonly<Record<InboxHop, string>> = {
  'shop.inbox': 'the shop, which tells the workflow,',
  'mes.inbox': 'the MES, which keeps the board,',
  'crm.inbox': 'the CRM, which shows the order,',
};

function ofParked({ hop, topic, group, reason, code, attempts, messages, parkedAt, redrive }: ParkedKey): Cause {
  const waiting = messages === 1 ? 'one message of the order waits' : `${messages} messages of the order wait`;
  const asked = redrive ? ' It was asked for already.' : '';
  const since = instant(parkedAt);
  const lastError = code === null ? reason : `${reason} (${code})`;
  if (isInbox(hop)) {
    const text = `${capital(CONSUMERS[hop])} could not handle a message on ${topic}: ${waiting} behind it in group ${group ?? '?'}.`;
    const repair = `Mend what the error names, then play the key again in that app: bezel-outbox redrive --group ${group ?? '?'}.${asked}`;
    return {
      code: 'handling-parked',
      hop,
      text,
      since,
      tries: attempts,
      lastError,
      repair: { kind: 'redrive', text: repair },
    };
  }
  const text = `Kafka refused a message for ${topic}: ${waiting} to be sent.`;
  const repair = `Mend what Kafka names, then send the key again: bezel-outbox redrive --topic ${topic}.${asked}`;
  return {
    code: 'publishing-parked',
    hop,
    text,
    since,
    tries: attempts,
    lastError,
    repair: { kind: 'redrive', text: repair },
  };
}

const WORDS: Readonly<Record<CauseCode, { readonly text: string; readonly repair: Cause['repair'] }>> = {
  'order-gone': {
    text: 'The order’s row is gone; messages and moves show that it was there.',
    repair: { kind: 'by-hand', text: 'Restore the row from a backup; nothing else knows all that it held.' },
  },
  'history-broken': {
    text: 'The order’s history contradicts its status: somebody changed it behind the workflow’s back.',
    repair: {
      kind: 'by-hand',
      text: 'Find out who wrote it. The history is right where it and the status differ; only moves of the workflow are told to others.',
    },
  },
  'publishing-parked': { text: '', repair: { kind: 'redrive', text: '' } },
  'handling-parked': { text: '', repair: { kind: 'redrive', text: '' } },
  unpublished: {
    text: 'A message was written and is not on its topic, so nobody was told.',
    repair: {
      kind: 'publish-again',
      text: 'See that the app’s relay runs; what it does not send by itself is published again, which harms nobody who has it.',
    },
  },
  untaken: {
    text: 'A message is on its topic, and a consumer has not taken it.',
    repair: {
      kind: 'publish-again',
      text: 'See that the consumer runs; what it does not take by itself is published again, which harms nobody who has it.',
    },
  },
  'workflow-missing': {
    text: 'The order has no workflow: nobody moves it on.',
    repair: { kind: 'start-workflow', text: 'Start its workflow; the order continues from what its history tells.' },
  },
  'workflow-ended': {
    text: 'The order’s workflow does not agree with the order: it ended before the order did, or runs on after it.',
    repair: {
      kind: 'start-workflow',
      text: 'Start its workflow again; the order continues from what its history tells.',
    },
  },
  'workflow-stuck': {
    text: 'The worker fails at the order’s workflow itself.',
    repair: {
      kind: 'mend-worker',
      text: 'Look at the workflow’s history in Temporal: a release that cannot replay it must be taken back or mended. It then goes on by itself.',
    },
  },
  'step-failing': {
    text: 'A step of the order’s workflow fails and is tried again.',
    repair: { kind: 'mend-worker', text: 'Mend what the error names; the next try then goes through by itself.' },
  },
  'step-unattended': {
    text: 'A step of the order’s workflow waits, and no worker takes it up.',
    repair: { kind: 'mend-worker', text: 'See that the worker of that step runs; it then goes on by itself.' },
  },
  'fact-unanswered': {
    text: 'Something that was recorded of the order was handed to its workflow, and neither moved it nor was refused.',
    repair: { kind: 'tell-workflow', text: 'Tell the workflow again; it passes over what it knows.' },
  },
  'work-order-wrong': {
    text: 'The work order in the MES does not agree with the order.',
    repair: {
      kind: 'by-hand',
      text: 'Look at the work order on the board and at the order’s account (audit --order).',
    },
  },
  'projection-wrong': {
    text: 'A move that was taken is not shown to whoever looks there.',
    repair: { kind: 'project-again', text: 'Have what it shows of the order made again from its messages.' },
  },
  inconsistent: {
    text: 'Something of the order is where it must not be, there twice, or told otherwise than it was.',
    repair: { kind: 'by-hand', text: 'Look at the order’s account (audit --order); tell the developers.' },
  },
};

function ofFinding(finding: Finding, now: number): Cause {
  const { hop, detail, ageMs } = finding;
  const code = codeOf(finding);
  const { text, repair } = WORDS[code];
  const since = ageMs === undefined ? null : instant(now - ageMs);
  return { code, hop, text: `${text} ${capital(detail)}.`, since, tries: null, lastError: null, repair };
}

function codeOf({ hop, kind, messageId, detail }: Finding): CauseCode {
  switch (hop) {
    case 'client':
    case 'shop.order':
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
      return detail.includes('no workflow') ? 'workflow-missing' : 'workflow-ended';
    case 'mes.work-order':
    case 'mes.outbox':
      return 'work-order-wrong';
    case 'mes.board':
    case 'crm.projection':
      return kind === 'lost' && messageId !== undefined ? 'projection-wrong' : 'inconsistent';
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
    const { text, repair } = WORDS['workflow-stuck'];
    const since = work.taskSince === null ? null : instant(work.taskSince);
    causes.push({
      code: 'workflow-stuck',
      hop: 'workflow',
      text,
      since,
      tries: work.taskAttempt,
      lastError: null,
      repair,
    });
  }
  for (const step of work.steps) {
    if (step.lastError !== null) causes.push(failing(step));
    else if (!step.started && step.scheduledAt !== null && at - step.scheduledAt > UNATTENDED_MS)
      causes.push(unattended(step, at));
  }
  return causes;
}

function failing({ name, attempt, scheduledAt, lastError }: PendingStep): Cause {
  const { text, repair } = WORDS['step-failing'];
  const since = scheduledAt === null ? null : instant(scheduledAt);
  // The attempt at hand has not failed yet.
  const tries = Math.max(1, attempt - 1);
  return { code: 'step-failing', hop: 'workflow', text: `${text} It is “${name}”.`, since, tries, lastError, repair };
}

function unattended({ name, scheduledAt }: PendingStep, now: number): Cause {
  const { text, repair } = WORDS['step-unattended'];
  const since = scheduledAt ?? now;
  const words = `${text} It is “${name}”, for ${roughly(now - since)}.`;
  return {
    code: 'step-unattended',
    hop: 'workflow',
    text: words,
    since: instant(since),
    tries: 0,
    lastError: null,
    repair,
  };
}

const instant = (at: number): string => new Date(at).toISOString();
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
