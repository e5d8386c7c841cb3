import { type FactKind, fitOf } from '@bezel/order-workflow';
import { FACT_TYPES, SUBMITTED_TYPE } from '../../../account/event-types.ts';
import { type OrderAccount, statusOf } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type AuditTerms, type Check, groupedBy, missing, unexplained } from '../../judge.ts';

/**
 * Each fact that reached the workflow moved the order once or was refused once. Each move and each refusal that names a
 * message has one: a fact nobody recorded moves nothing.
 */
export const checkFacts: Check = (account, terms) => [...checkAnswers(account, terms), ...checkCauses(account, terms)];

function checkAnswers(account: OrderAccount, terms: AuditTerms): Finding[] {
  const found: Finding[] = [];
  const { orderId } = account;
  const taken = groupedBy(
    account.handled.filter((row) => row.hop === 'shop.inbox'),
    (row) => row.messageId,
  );
  for (const [messageId, [message]] of groupedBy(account.written, (written) => written.messageId)) {
    const kind = message && FACT_TYPES[message.type];
    if (message === undefined || kind === undefined) continue;
    const moved = account.moves.filter((move) => move.messageId === messageId).length;
    const refused = account.refusals.filter((refusal) => refusal.messageId === messageId).length;
    if (moved + refused > 1) {
      const detail = `${message.type} moved the order ${moved} times and was refused ${refused} times`;
      found.push({ kind: 'doubled-effect', hop: 'shop.history', orderId, messageId, detail });
    }
    const row = taken.get(messageId)?.[0];
    if (moved + refused > 0 || row === undefined) continue;
    const { type } = message;
    if (isToldTo(account, messageId)) {
      found.push(withWorkflow(account, terms, { messageId, type, kind, takenAt: row.at }));
      continue;
    }
    const detail = `${type} was taken for the workflow and neither moved the order nor was refused`;
    found.push(missing(account, terms, { hop: 'workflow', since: row.at, messageId, detail }));
  }
  return found;
}

/** A running workflow whose history has the message will act on it: it is not lost. */
const isToldTo = ({ workflow }: OrderAccount, messageId: string): boolean =>
  workflow?.status === 'RUNNING' && (workflow.signalled?.some((signal) => signal.messageId === messageId) ?? false);

/**
 * What the workflow was told and has not answered. It keeps a fact whose time has not come, however long; all facts while it carries
 * out a cancellation, for as long as that may take. Anything else it answers at once after what it answered last: where it does not,
 * its task or one of its steps fails, or no worker is there.
 */
function withWorkflow(
  account: OrderAccount,
  terms: AuditTerms,
  told: { messageId: string; type: string; kind: FactKind; takenAt: number },
): Finding {
  const { orderId, moves, refusals } = account;
  const { messageId, type, kind, takenAt } = told;
  const status = statusOf(account);
  const cancelling = isCancelling(account);
  // That it refuses what is asked for again does not bring the cancellation on.
  const answered = (cancelling ? moves : [...moves, ...refusals]).map(({ at }) => at);
  const ageMs = Math.max(0, terms.readAt - Math.max(takenAt, ...answered));
  const finding = { hop: 'workflow', orderId, messageId, ageMs } as const;
  if (status !== null && fitOf(status, kind) === 'later') {
    return {
      ...finding,
      kind: 'on-its-way',
      detail: `${type} is with the workflow, which keeps it until its time comes`,
    };
  }
  const { cancellationMs, hopMs } = terms.limits;
  if (ageMs < (cancelling ? cancellationMs : hopMs)) {
    return { ...finding, kind: 'on-its-way', detail: `${type} is with the workflow` };
  }
  const detail = `${type} is with the workflow, its time has come, and it neither moved the order nor was refused`;
  return { ...finding, kind: 'unfinished', detail };
}

/** The workflow was told of a cancellation and has not answered: it withdraws the work order first. */
function isCancelling(account: OrderAccount): boolean {
  const answered = new Set([...account.moves, ...account.refusals].map(({ messageId }) => messageId));
  return account.written.some(
    ({ messageId, type }) =>
      FACT_TYPES[type] === 'cancellation-requested' && !answered.has(messageId) && isToldTo(account, messageId),
  );
}

function checkCauses(account: OrderAccount, terms: AuditTerms): Finding[] {
  const known = new Set(
    account.written
      .filter((message) => message.type in FACT_TYPES || message.type === SUBMITTED_TYPE)
      .map((message) => message.messageId),
  );
  return [...account.moves, ...account.refusals].flatMap((entry) => {
    if (entry.messageId === null || known.has(entry.messageId)) return [];
    const what = 'to' in entry ? `move ${entry.seq} to ${entry.to}` : `the refusal of ${entry.kind}`;
    const detail = `${what} names a message that no outbox has`;
    return [unexplained(account, terms, { hop: 'shop.history', since: entry.at, messageId: entry.messageId, detail })];
  });
}
