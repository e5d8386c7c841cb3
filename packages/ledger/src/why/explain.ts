import type { OrderStatus } from '@bezel/contracts';
import { endInWords, LIFECYCLE, type MessageKind, OWNERS } from '@bezel/order-workflow';
import { statusOf } from '../account/order-account.ts';
import { wasAccepted } from '../audit/checks/workflow/offer-end.ts';
import { isDefect } from '../audit/finding.ts';
import { slaMsOf } from '../audit/resting.ts';
import { instant } from '../instant.ts';
import type { Cause, StepAtWork, WhyAnswer } from './answer.ts';
import { causesOf } from './causes.ts';
import { momentInWords, roughly } from './durations.ts';
import { repairsTold } from './repairs.ts';
import type { PendingStep, Situation } from './situation.ts';

/** Says in words why an order is not further than it is. Pure: the same situation gives the same answer. */
export function explain(situation: Situation): WhyAnswer {
  const { orderId, at, details, audit, work, unread } = situation;
  const status = details?.status ?? (audit === null ? null : statusOf(audit.account));
  const causes = causesOf(situation);
  const turn = turnOf(status);
  const sla = slaOf(situation, status);
  const offerExpiresAt = status === 'PRICED' ? (details?.offerExpiresAt ?? null) : null;
  const workflow = audit?.account.workflow ?? null;
  const accounted = audit === null ? null : !audit.findings.some((finding) => isDefect(finding));
  return {
    orderId,
    at: instant(at),
    number: details?.number ?? null,
    tenant: details?.tenant ?? null,
    status,
    since: orNull(details?.enteredAt),
    accounted,
    summary: summaryOf(situation, { status, turn, sla, causes, accounted, offerExpiresAt }),
    turn,
    sla,
    offerExpiresAt: orNull(offerExpiresAt),
    promisedAt: orNull(details?.promisedAt),
    expectedAt: orNull(details?.expectedAt),
    causes,
    workflow: workflow && {
      status: workflow.status,
      runId: work?.runId ?? details?.runId ?? null,
      startedAt: instant(workflow.startedAt),
      closedAt: orNull(workflow.closedAt),
    },
    steps: (work?.steps ?? []).map(stepOf),
    unread: [...unread],
    repairs: repairsTold(situation),
  };
}

function turnOf(status: OrderStatus | null): WhyAnswer['turn'] {
  if (status === null) return null;
  const { owner, endedBy } = LIFECYCLE[status];
  if (owner === null) return null;
  return { owner, who: OWNERS[owner], endsWhen: (Object.keys(endedBy) as MessageKind[]).map(endInWords) };
}

function slaOf({ details, at }: Situation, status: OrderStatus | null): WhyAnswer['sla'] {
  if (status === null || details === undefined) return null;
  const withinMs = slaMsOf(status, details.enteredAt, details.stageDeadline);
  if (withinMs === null) return null;
  // An order of before stages had deadlines has none of its own.
  const deadline = details.stageDeadline ?? details.enteredAt + withinMs;
  return { withinMs, deadline: instant(deadline), leftMs: deadline - at, late: at > deadline };
}

interface Concluded extends Pick<WhyAnswer, 'status' | 'turn' | 'sla' | 'causes' | 'accounted'> {
  /** In milliseconds since 1970; null where the order waits for no customer any more. */
  readonly offerExpiresAt: number | null;
}

function summaryOf(
  { details, at, unread, audit }: Situation,
  { status, turn, sla, causes, accounted, offerExpiresAt }: Concluded,
): string {
  const blind = unread.length === 0 ? '' : ` Not all could be read: ${unread.join('; ')}.`;
  if (status === null) return `Nothing is left of the order but traces.${causes.map(said).join('')}${blind}`;
  const [first] = causes;
  const { meaning, final } = LIFECYCLE[status];
  const since = details === undefined ? '' : ` since ${momentInWords(details.enteredAt)}`;
  const reason = final && details?.reason ? ` The reason: ${details.reason}.` : '';
  const head = `It is ${status}${since}. ${meaning}${reason}`;
  if (final) return `${head}${first === undefined ? ' Nothing is left to do.' : said(first)}${blind}`;
  const offer = { expiresAt: offerExpiresAt, accepted: audit !== null && wasAccepted(audit.account) };
  const time = sla === null ? offerTime(offer, at) : slaTime(sla);
  const waits = turn === null ? '' : ` It waits for ${turn.who}, and moves on when ${turn.endsWhen.join(', or ')}.`;
  if (first !== undefined) {
    return `${head}${first.code === 'rests-too-long' ? waits : ''}${said(first)}${time}${blind}`;
  }
  return `${head}${waits}${time}${accounted && !isOverdue(offer, at) ? ' Nothing is wrong with it.' : ''}${blind}`;
}

function said({ text, tries, lastError }: Cause): string {
  const tried = tries === null || tries === 0 ? '' : ` It was tried ${tries === 1 ? 'once' : `${tries} times`}.`;
  return ` ${text}${tried}${lastError === null ? '' : ` The last error: ${lastError}.`}`;
}

function slaTime({ withinMs, leftMs }: NonNullable<WhyAnswer['sla']>): string {
  return leftMs >= 0
    ? ` The stage has ${roughly(withinMs)}; ${roughly(leftMs)} are left.`
    : ` The stage has ${roughly(withinMs)}; it is late by ${roughly(-leftMs)}.`;
}

interface Offer {
  readonly expiresAt: number | null;
  readonly accepted: boolean;
}

const isOverdue = ({ expiresAt, accepted }: Offer, at: number): boolean =>
  expiresAt !== null && expiresAt < at && !accepted;

function offerTime(offer: Offer, at: number): string {
  const { expiresAt, accepted } = offer;
  if (expiresAt === null) return '';
  if (isOverdue(offer, at))
    return ` The offer ran out ${roughly(at - expiresAt)} ago, which should have ended the order.`;
  return accepted
    ? ' The offer was accepted, and the acceptance is on its way.'
    : ` The offer stands for ${roughly(expiresAt - at)} more and then ends the order by itself.`;
}

const stepOf = ({ name, started, attempt, scheduledAt, nextTryAt, lastError }: PendingStep): StepAtWork => ({
  name,
  state: started ? 'running' : lastError === null ? 'waiting' : 'retrying',
  tries: attempt,
  since: orNull(scheduledAt),
  nextTryAt: orNull(nextTryAt),
  lastError,
});

const orNull = (at: number | null | undefined): string | null => (at === null || at === undefined ? null : instant(at));
