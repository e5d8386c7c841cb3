import { PayloadDamagedError, PayloadKeyUnknownError } from '@bezel/order-workflow/codec';
import { accountOf, ViewRowUnreadableError } from './account/account-of.ts';
import type { Claim, Evidence } from './account/evidence.ts';
import type { ViewHop } from './account/hops.ts';
import type { OrderAccount } from './account/order-account.ts';
import { auditOrder } from './audit/audit-order.ts';
import { type Finding, isDefect } from './audit/finding.ts';
import type { AuditTerms } from './audit/judge.ts';
import { evidenceIn, orderIdIn } from './sources/topics/message-lines.ts';
import { type PackedRows, rowsIn } from './sources/views/views.ts';
import type { WorkflowReader } from './sources/workflows.ts';

/** One order, what is known about it, and what is wrong with it. */
export interface OrderAudit {
  readonly account: OrderAccount;
  readonly findings: readonly Finding[];
}

/** What one source has of one order, as it comes. */
export type Known = PackedRows | string | Claim;

export const orderOf = (known: Known): string => (typeof known === 'string' ? orderIdIn(known) : known.orderId);

function evidenceOf(known: Known): readonly Evidence[] {
  if (typeof known === 'string') return [evidenceIn(known)];
  return 'text' in known ? rowsIn(known) : [known];
}

/**
 * Audits one order from what the sources have of it. A fact that the workflow has taken and not answered is either kept by
 * it or lost; its history tells. Histories are long, so only those in question are read.
 *
 * What cannot be read is a finding of this order; what can be told without it is audited all the same, and so is every other order.
 */
export async function auditKnown(
  orderId: string,
  known: readonly Known[],
  terms: AuditTerms,
  workflows: WorkflowReader,
): Promise<OrderAudit> {
  const { account, unreadable } = readableAccount(orderId, known.flatMap(evidenceOf));
  const unread = unreadable.map(({ hop }) => hop);
  const audited = (one: OrderAccount): readonly Finding[] => [...unreadable, ...auditOrder(one, terms, unread)];
  const findings = audited(account);
  if (!findings.some(isInQuestion) || account.workflow === null) return { account, findings };
  try {
    const workflow = { ...account.workflow, signalled: await workflows.signalled(orderId) };
    const more = { ...account, workflow };
    return { account: more, findings: audited(more) };
  } catch (error) {
    if (!isUndecrypted(error)) throw error;
    const detail = `whether the workflow was told cannot be read: ${error.message}`;
    return {
      account,
      findings: findings.map((finding) =>
        isInQuestion(finding) && isDefect(finding) ? { ...finding, kind: 'unreadable', detail } : finding,
      ),
    };
  }
}

/**
 * The same audit, with what the order's workflow was told in its account, as far as Temporal still has the history. It adds nothing to
 * the findings: what is not kept any more, or cannot be decrypted, was not missed.
 */
export async function withHistory(audit: OrderAudit, workflows: WorkflowReader): Promise<OrderAudit> {
  const { account } = audit;
  const { orderId, workflow } = account;
  if (workflow === null || workflow.signalled !== undefined) return audit;
  try {
    const signalled = await workflows.signalled(orderId);
    return { ...audit, account: { ...account, workflow: { ...workflow, signalled } } };
  } catch (error) {
    if (!isUndecrypted(error)) throw error;
    return { ...audit, account: { ...account, workflow: { ...workflow, historyUnread: error.message } } };
  }
}

const isUndecrypted = (error: unknown): error is Error =>
  error instanceof PayloadKeyUnknownError || error instanceof PayloadDamagedError;

/** A fact that the workflow has taken, and neither moved nor refused. */
const isInQuestion = ({ hop, messageId }: Finding): boolean => hop === 'workflow' && messageId !== undefined;

type UnreadableHop = Finding & { readonly hop: ViewHop };

/** The account without the hops of which a row cannot be read, and these. */
function readableAccount(
  orderId: string,
  evidence: readonly Evidence[],
): { readonly account: OrderAccount; readonly unreadable: readonly UnreadableHop[] } {
  const unreadable: UnreadableHop[] = [];
  for (let readable = evidence; ; ) {
    try {
      return { account: accountOf(orderId, readable), unreadable };
    } catch (error) {
      if (!(error instanceof ViewRowUnreadableError)) throw error;
      const { hop } = error.row;
      unreadable.push({ kind: 'unreadable', hop, orderId, detail: error.message });
      readable = readable.filter((item) => item.source !== 'view' || item.hop !== hop);
    }
  }
}
