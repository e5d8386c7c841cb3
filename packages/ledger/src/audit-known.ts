import { accountOf } from './account/account-of.ts';
import type { Claim, Evidence } from './account/evidence.ts';
import type { OrderAccount } from './account/order-account.ts';
import { auditOrder } from './audit/audit-order.ts';
import type { Finding } from './audit/finding.ts';
import type { AuditTerms } from './audit/judge.ts';
import { evidenceIn, orderIdIn } from './sources/message-lines.ts';
import { type PackedRows, rowsIn } from './sources/views.ts';
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
 */
export async function auditKnown(
  orderId: string,
  known: readonly Known[],
  terms: AuditTerms,
  workflows: WorkflowReader,
): Promise<OrderAudit> {
  const account = accountOf(orderId, known.flatMap(evidenceOf));
  const findings = auditOrder(account, terms);
  const inQuestion = findings.some((finding) => finding.hop === 'workflow' && finding.messageId !== undefined);
  if (!inQuestion || account.workflow === null) return { account, findings };
  const workflow = { ...account.workflow, signalled: await workflows.signalled(orderId) };
  const more = { ...account, workflow };
  return { account: more, findings: auditOrder(more, terms) };
}
