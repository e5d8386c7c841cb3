import type { Hop } from '../../account/hops.ts';
import { type Finding, isDefect } from '../../audit/finding.ts';
import type { OrderAudit } from '../../audit-stack.ts';

/** Orders, and at which hop the trail of each breaks first. */
export interface OrdersByHop {
  readonly orders: number;
  readonly byHop: Readonly<Partial<Record<Hop, number>>>;
}

/** An unaccounted order with its defects. */
export interface Unaccounted {
  readonly orderId: string;
  readonly findings: readonly Finding[];
}

/** What an audit of many orders comes to. */
export interface AuditResult {
  readonly orders: number;
  /** Final, or resting where they may rest, with everything where it belongs. */
  readonly accounted: number;
  /** Accounted for, and something of them is younger than its limit. */
  readonly onTheirWay: OrdersByHop;
  readonly unaccounted: OrdersByHop;
}

/** Counts orders as they are audited, and holds none of them. `add` answers one that is unaccounted for. */
export function tallyOf(): { add(audit: OrderAudit): Unaccounted | undefined; result(): AuditResult } {
  let orders = 0;
  const ways = counter();
  const lost = counter();
  return {
    add({ account: { orderId }, findings }) {
      orders += 1;
      const defects = findings.filter(isDefect);
      if (defects[0] !== undefined) {
        lost.count(defects[0].hop);
        return { orderId, findings: defects };
      }
      if (findings[0] !== undefined) ways.count(findings[0].hop);
      return undefined;
    },
    result: () => ({ orders, accounted: orders - lost.of().orders, onTheirWay: ways.of(), unaccounted: lost.of() }),
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
