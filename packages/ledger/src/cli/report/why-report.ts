import type { RepairTold, WhyAnswer } from '../../why/answer.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe } from '../terminal/table.ts';

/** The answer as people read it: the sentences first, then what is behind them. */
export function whyText(answer: WhyAnswer, paint: Paint): string {
  const { orderId, number, tenant, summary, causes, steps, workflow, unread } = answer;
  const lines = [
    paint('bold', number === null ? orderId : `${number}  ${orderId}${tenant === null ? '' : `  of ${safe(tenant)}`}`),
    safe(summary),
  ];
  for (const { hop, text, since, tries, lastError, repair } of causes) {
    lines.push('', paint('red', `At ${hop}: ${safe(text)}`));
    if (since !== null) lines.push(`  since:      ${moment(since)}`);
    if (tries !== null) lines.push(`  tries:      ${tries}`);
    if (lastError !== null) lines.push(`  last error: ${safe(lastError)}`);
    lines.push(`  repair:     ${safe(repair.text)}`);
  }
  for (const repair of answer.repairs) lines.push('', ...linesOf(repair, paint));
  const facts = [
    ...whenThere('promised for', answer.promisedAt),
    ...whenThere('expected', answer.expectedAt),
    ...whenThere('stage ends', answer.sla?.deadline ?? null),
    ...whenThere('offer ends', answer.offerExpiresAt),
    ...(workflow === null ? [] : [`workflow:     ${workflow.status}, run ${workflow.runId ?? 'unknown'}`]),
    ...steps.map(({ name, state, tries }) => `step:         ${name}, ${state}${tries > 1 ? `, try ${tries}` : ''}`),
  ];
  if (facts.length > 0) lines.push('', ...facts);
  for (const source of unread) lines.push('', paint('yellow', `Not read: ${safe(source)}`));
  return lines.join('\n');
}

function linesOf(repair: RepairTold, paint: Paint): string[] {
  const { kind, messageId, text, askedBy, reason, askedAt, state, outcome, endedAt } = repair;
  const ended =
    endedAt === null
      ? 'not yet: it is still to be carried out'
      : `${moment(endedAt)}, ${state}: ${safe(outcome ?? '')}`;
  return [
    paint('yellow', `Repair asked for: ${safe(kind)}${messageId === null ? '' : ` of message ${messageId}`}`),
    `  asked:      ${moment(askedAt)}, by ${safe(askedBy)}: ${safe(reason)}`,
    `  does:       ${safe(text)}`,
    `  ended:      ${ended}`,
  ];
}

const whenThere = (what: string, at: string | null): string[] =>
  at === null ? [] : [`${`${what}:`.padEnd(14)}${moment(at)}`];
const moment = (at: string): string => `${at.slice(0, 19).replace('T', ' ')} UTC`;
