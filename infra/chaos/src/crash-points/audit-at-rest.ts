import { setTimeout as delay } from 'node:timers/promises';
import { AT_REST_LIMITS, auditStack, type Claim, isDefect } from '@bezel/ledger';
import type { StackWithoutApps } from '@bezel/local/bench';
import type { Wrong } from './judge-cells.ts';

const LOOK_AGAIN_MS = 1_000;

export interface AuditAtRest {
  readonly stack: Pick<StackWithoutApps, 'context'>;
  /** What clients were answered. */
  readonly claims: readonly Claim[];
  readonly orderIds: readonly string[];
  /** How long what is missing may still come. */
  readonly settleMs: number;
  readonly signal: AbortSignal;
}

/** The ledger's account of the orders: of a system at rest, so that whatever is missing is lost. */
export async function auditAtRest(options: AuditAtRest): Promise<readonly Wrong[]> {
  const deadline = performance.now() + options.settleMs;
  for (;;) {
    const wrong = await auditOnce(options);
    if (wrong.length === 0 || performance.now() > deadline || options.signal.aborted) return wrong;
    await delay(LOOK_AGAIN_MS, undefined, { signal: options.signal }).catch(() => {});
  }
}

async function auditOnce({ stack, claims, orderIds, signal }: AuditAtRest): Promise<readonly Wrong[]> {
  const { databases, servers, payloadKeys } = stack.context;
  const wrong: Wrong[] = [];
  const audited = {
    postgres: { shop: databases.shop.auditUrl, mes: databases.mes.auditUrl, crm: databases.crm.auditUrl },
    kafka: servers.kafka.brokers,
    temporal: { ...servers.temporal, payloadKeys },
  };
  for await (const { account, findings } of auditStack(audited, { limits: AT_REST_LIMITS, orderIds, claims, signal })) {
    for (const finding of findings.filter(isDefect)) {
      wrong.push({ orderId: account.orderId, what: `the audit: ${finding.kind} at ${finding.hop}: ${finding.detail}` });
    }
  }
  return wrong;
}
