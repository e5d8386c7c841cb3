import type { OrderAudit } from '../../audit-stack.ts';
import { EXIT, type Outcome } from '../command.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe, table } from '../terminal/table.ts';
import { instant } from '../terminal/words.ts';
import { entriesOf } from './account-entries.ts';
import { countsOf, lineOf, shownOf, told, verdictOn } from './audit-report.ts';
import { type AuditResult, tallyOf } from './audit-tally.ts';

/** What `audit --order` prints: the audit of one order, with its whole account. */
export function accountOutcome(audit: OrderAudit): Outcome {
  const tally = tallyOf();
  const lost = tally.add(audit);
  const result = tally.result();
  const { account, findings } = audit;
  return {
    document: {
      ...countsOf(result),
      unaccounted: { ...result.unaccounted, shown: lost === undefined ? [] : [shownOf(lost)] },
      account: {
        orderId: account.orderId,
        entries: entriesOf(account).map(({ at, ...entry }) => ({ ...entry, at: new Date(at).toISOString() })),
        findings: findings.map(told),
      },
    },
    text: (paint) => accountText(audit, result, paint),
    exitCode: lost === undefined ? EXIT.done : EXIT.unaccounted,
  };
}

/** The account as people read it, what was found, also what is on its way, and the verdict last. */
function accountText({ account, findings }: OrderAudit, result: AuditResult, paint: Paint): string {
  const rows = entriesOf(account).map(({ hop, at, what, messageId }) => [
    hop,
    instant(at),
    safe(what),
    safe(messageId ?? ''),
  ]);
  const lines = findings.map((finding) => lineOf(finding, paint));
  return [
    table(paint, ['hop', 'when', 'what', 'message'], rows),
    '',
    ...(lines.length === 0 ? [] : [...lines, '']),
    ...verdictOn(result, paint),
  ].join('\n');
}
