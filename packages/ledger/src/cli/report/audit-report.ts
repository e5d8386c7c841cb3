import { type Finding, isDefect } from '../../audit/finding.ts';
import type { OrderAudit } from '../../audit-stack.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe, table } from '../terminal/table.ts';
import { counted, instant, span } from '../terminal/words.ts';
import { entriesOf } from './account-entries.ts';
import type { AuditResult, OrdersByHop } from './audit-tally.ts';

/** What `audit --json` prints. `account` is there when one order was asked for. */
export function auditDocument(result: AuditResult, whole: OrderAudit | undefined): object {
  const { orders, accounted, onTheirWay, unaccounted } = result;
  const { shown, ...counts } = unaccounted;
  return {
    ok: unaccounted.orders === 0,
    orders,
    accounted,
    onTheirWay,
    unaccounted: {
      ...counts,
      shown: shown.map(({ orderId, findings }) => ({ orderId, findings: findings.map(told) })),
    },
    ...(whole === undefined
      ? {}
      : {
          account: {
            orderId: whole.account.orderId,
            entries: entriesOf(whole.account).map(({ at, ...entry }) => ({ ...entry, at: new Date(at).toISOString() })),
            findings: whole.findings.map(told),
          },
        }),
  };
}

const told = ({ orderId: _, ...finding }: Finding): Omit<Finding, 'orderId'> => finding;

/** What people read: the account when one order was asked for, each unaccounted order with its hop, and the verdict last. */
export function auditText(result: AuditResult, whole: OrderAudit | undefined, paint: Paint): string {
  const { orders, onTheirWay, unaccounted } = result;
  const parts: string[] = [];
  if (whole !== undefined) {
    const rows = entriesOf(whole.account).map(({ hop, at, what, messageId }) => [
      hop,
      instant(at),
      safe(what),
      safe(messageId ?? ''),
    ]);
    parts.push(table(paint, ['hop', 'when', 'what', 'message'], rows), '');
  }
  const shown =
    whole === undefined ? unaccounted.shown : [{ orderId: whole.account.orderId, findings: whole.findings }];
  const lines = shown.flatMap(({ orderId, findings }) => findings.map((finding) => lineOf(orderId, finding, paint)));
  if (lines.length > 0) parts.push(...lines, '');
  const more = unaccounted.orders - unaccounted.shown.length;
  if (more > 0) parts.push(`… and ${counted(more, 'more unaccounted order')}: --limit shows more`, '');
  if (onTheirWay.orders > 0) parts.push(`on their way: ${counted(onTheirWay.orders, 'order')} (${hopsOf(onTheirWay)})`);
  parts.push(
    unaccounted.orders === 0
      ? paint('green', `${counted(orders, 'order')}: all accounted for`)
      : paint('red', `${counted(orders, 'order')}: ${unaccounted.orders} UNACCOUNTED (${hopsOf(unaccounted)})`),
  );
  return parts.join('\n');
}

function lineOf(orderId: string, finding: Finding, paint: Paint): string {
  const { kind, hop, detail, messageId, ageMs } = finding;
  const age = ageMs === undefined ? '' : `, for ${span(ageMs)}`;
  const message = messageId === undefined ? '' : ` (message ${safe(messageId)})`;
  const line = `${orderId}  ${kind} at ${hop}${age}: ${safe(detail)}${message}`;
  return isDefect(finding) ? paint('red', line) : line;
}

const hopsOf = ({ byHop }: OrdersByHop): string =>
  Object.entries(byHop)
    .sort(([, a], [, b]) => b - a)
    .map(([hop, count]) => `${hop} ${count}`)
    .join(', ');
