import type { Finding } from '@bezel/ledger';
import type { Verdict } from '../check/verdict.ts';
import type { Complaint } from '../clients/records.ts';
import type { Kill } from '../kills/killer.ts';
import type { Summary } from './summary.ts';

const MOST_SHOWN = 40;

/** What a person reads at the end: the figures, each finding, each complaint, and the verdict in one line. */
export function report(
  summary: Summary,
  { audited, findings, statuses }: Verdict,
  {
    kills,
    complaints,
    sound,
  }: { readonly kills: readonly Kill[]; readonly complaints: readonly Complaint[]; readonly sound: boolean },
): string {
  const others = [...statuses].filter(([status]) => status !== 'DELIVERED' && status !== 'CANCELLED');
  return [
    '',
    ...rows([
      ['orders submitted', summary.submitted],
      ['delivered', summary.delivered],
      ['cancelled', summary.cancelled],
      ...others,
      null,
      ['lost', summary.lost],
      ['effects that happened twice', summary.duplicateEffects],
      ['out of order', summary.outOfOrder],
      ['unfinished', summary.unfinished],
      ['phantoms', summary.phantoms],
      ['unreadable', summary.unreadable],
      null,
      ['SIGKILLs', killedWhat(kills)],
      ['requests sent again', summary.retries],
      ['messages written', audited.messages],
      ['copies on the topics', audited.copies],
      ['inbox rows', audited.handled],
      ['moves', audited.moves],
      ['facts refused', audited.refusals],
      ['seconds', summary.seconds],
    ]),
    ...section('Findings', findings.map(wordsOf)),
    ...section(
      'What clients did not expect',
      complaints.map(({ order, what }) => `${order}: ${what}`),
    ),
    '',
    verdictOf(summary),
    sound ? 'Nothing lost, nothing twice, nothing out of order.' : 'NOT sound: see above.',
  ].join('\n');
}

const verdictOf = (summary: Summary): string =>
  [
    `submitted ${summary.submitted}`,
    `delivered ${summary.delivered}`,
    ...(summary.cancelled > 0 ? [`cancelled ${summary.cancelled}`] : []),
    `lost ${summary.lost}`,
    `duplicate effects ${summary.duplicateEffects}`,
    `out of order ${summary.outOfOrder}`,
    `kills ${summary.kills}`,
  ].join('   ');

function rows(lines: readonly ([string, string | number] | null)[]): string[] {
  const width = Math.max(...lines.map((line) => line?.[0].length ?? 0));
  return lines.map((line) => (line === null ? '' : `  ${line[0].padEnd(width)}  ${line[1]}`));
}

function killedWhat(kills: readonly Kill[]): string {
  const counts = new Map<string, number>();
  for (const { name } of kills) counts.set(name, (counts.get(name) ?? 0) + 1);
  const parts = [...counts].toSorted(([a], [b]) => a.localeCompare(b)).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? '0' : `${kills.length} (${parts.join(', ')})`;
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MOST_SHOWN).map((line) => `  ${line}`);
  const more = lines.length > MOST_SHOWN ? [`  … and ${lines.length - MOST_SHOWN} more`] : [];
  return ['', `${title}:`, ...shown, ...more];
}

/** One finding in one line. */
export const wordsOf = ({ kind, hop, orderId, detail, messageId }: Finding): string =>
  `${kind} at ${hop}, order ${orderId}: ${detail}${messageId === undefined ? '' : ` (message ${messageId})`}`;
