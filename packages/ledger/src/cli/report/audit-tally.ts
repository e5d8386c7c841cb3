import type { Hop } from '../../account/hops.ts';
import { type Finding, isDefect } from '../../audit/finding.ts';
import type { OrderAudit } from '../../audit-stack.ts';

/** Orders, and at which hop the trail of each breaks first. */
export interface OrdersByHop {
  readonly orders: number;
  readonly byHop: Readonly<Partial<Record<Hop, number>>>;
}

/** What an audit of many orders comes to. */
export interface AuditResult {
  readonly orders: number;
  /** Final, or resting where they may rest, with everything where it belongs. */
  readonly accounted: number;
  /** Accounted for, and something of them is younger than its limit. */
  readonly onTheirWay: OrdersByHop;
  readonly unaccounted: OrdersByHop & {
    /** The first of them, each with its defects. */
    readonly shown: readonly { readonly orderId: string; readonly findings: readonly Finding[] }[];
  };
}

/** Counts orders as they are audited. Holds no more than `shown` unaccounted orders, however many there are. */
export function tallyOf(shown: number): { add(audit: OrderAudit): void; result(): AuditResult } {
  let orders = 0;
  const ways = counter();
  const lost = counter();
  const first: { orderId: string; findings: readonly Finding[] }[] = [];
  return {
    add({ account, findings }) {
      orders += 1;
      const defects = findings.filter(isDefect);
      if (defects[0] !== undefined) {
        lost.count(defects[0].hop);
        if (first.length < shown) first.push({ orderId: account.orderId, findings: defects });
      } else if (findings[0] !== undefined) {
        ways.count(findings[0].hop);
      }
    },
    result: () => ({
      orders,
      accounted: orders - lost.of().orders,
      onTheirWay: ways.of(),
      unaccounted: { ...lost.of(), shown: [...first] },
    }),
  };
}

function counter(): { count(hop: Hop): void; of(): OrdersByHop } {
  let orders = 0;
  const byHop: Partial<Record<Hop, number>> = {};
  return {
    count(hop) {
      orders += 1;
      byHop[hop] = (byHop[hop] ?? 0) + 1;
    },
    of: () => ({ orders, byHop: { ...byHop } }),
  };
}
