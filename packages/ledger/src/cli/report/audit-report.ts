import { type Finding, isDefect } from '../../audit/finding.ts';
import type { OrderAudit } from '../../audit-stack.ts';
import { EXIT, type Pieces } from '../command.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe } from '../terminal/table.ts';
import { counted, span } from '../terminal/words.ts';
import { type AuditResult, type OrdersByHop, tallyOf, type Unaccounted } from './audit-tally.ts';

/** How an audit of any number of orders is written: what was written of an order is not needed any more. */
export interface AuditForm {
  found(order: Unaccounted): string;
  /** @param unshown how many unaccounted orders were not written */
  end(result: AuditResult, unshown: number): string;
}

/** Each unaccounted order as it is found, `most` at most, and at the end what all of them come to. Holds none of them. */
export async function* auditPieces(
  audits: AsyncIterable<OrderAudit>,
  form: AuditForm,
  most = Number.POSITIVE_INFINITY,
): Pieces {
  const tally = tallyOf();
  let shown = 0;
  for await (const audit of audits) {
    const lost = tally.add(audit);
    if (lost === undefined || shown === most) continue;
    shown += 1;
    yield form.found(lost);
  }
  const result = tally.result();
  const { orders } = result.unaccounted;
  yield form.end(result, orders - shown);
  return orders > 0 ? EXIT.unaccounted : EXIT.done;
}

/** One JSON document on one line. What is counted comes after what was found: it is not known before. */
export function auditJson(): AuditForm {
  const opening = '{"unaccounted":{"shown":[';
  let before = opening;
  return {
    found(order) {
      const piece = `${before}${JSON.stringify(shownOf(order))}`;
      before = ',';
      return piece;
    },
    end(result) {
      const { orders, byHop } = result.unaccounted;
      const shown = before === opening ? `${opening}]` : ']';
      return `${shown},${membersOf({ orders, byHop })},${membersOf(countsOf(result))}\n`;
    },
  };
}

/** The members of an object as JSON, with the brace that ends it. */
const membersOf = (object: object): string => JSON.stringify(object).slice(1);

/** What an audit comes to as `--json` says it, without the unaccounted orders. */
export const countsOf = ({ orders, accounted, onTheirWay, unaccounted }: AuditResult): object => ({
  ok: unaccounted.orders === 0,
  ...{ orders, accounted, onTheirWay },
});

/** An unaccounted order as `--json` says it. */
export const shownOf = ({ orderId, findings }: Unaccounted): object => ({ orderId, findings: findings.map(told) });

/** A finding as `--json` says it, of an order that is named beside it. */
export const told = ({ orderId: _, ...finding }: Finding): Omit<Finding, 'orderId'> => finding;

/** What people read: each unaccounted order with its hop, and the verdict last. */
export function auditLines(paint: Paint): AuditForm {
  let found = false;
  return {
    found({ findings }) {
      found = true;
      return `${findings.map((finding) => lineOf(finding, paint)).join('\n')}\n`;
    },
    end(result, unshown) {
      const more = unshown === 0 ? [] : [`… and ${counted(unshown, 'more unaccounted order')} (--limit)`, ''];
      return `${[...(found ? [''] : []), ...more, ...verdictOn(result, paint)].join('\n')}\n`;
    },
  };
}

/** A finding as people read it. */
export function lineOf(finding: Finding, paint: Paint): string {
  const { orderId, kind, hop, detail, messageId, ageMs } = finding;
  const age = ageMs === undefined ? '' : `, for ${span(ageMs)}`;
  const message = messageId === undefined ? '' : ` (message ${safe(messageId)})`;
  const line = `${orderId}  ${kind} at ${hop}${age}: ${safe(detail)}${message}`;
  return isDefect(finding) ? paint('red', line) : line;
}

/** What an audit comes to as people read it. */
export const verdictOn = ({ orders, onTheirWay, unaccounted }: AuditResult, paint: Paint): readonly string[] => [
  ...(onTheirWay.orders > 0 ? [`on their way: ${counted(onTheirWay.orders, 'order')} (${hopsOf(onTheirWay)})`] : []),
  unaccounted.orders === 0
    ? paint('green', `${counted(orders, 'order')}: all accounted for`)
    : paint('red', `${counted(orders, 'order')}: ${unaccounted.orders} UNACCOUNTED (${hopsOf(unaccounted)})`),
];

const hopsOf = ({ byHop }: OrdersByHop): string =>
  Object.entries(byHop)
    .sort(([, a], [, b]) => b - a)
    .map(([hop, count]) => `${hop} ${count}`)
    .join(', ');
