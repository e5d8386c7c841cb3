import type { OrderAccount } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type AuditTerms, type Check, groupedBy, unexplained } from '../../judge.ts';
import { takenMessage } from '../messages/taken.ts';

/**
 * The CRM shows the same moves as the shop's history. A move whose message the CRM has not taken yet is reported at its
 * inbox; here is what it took and does not show, shows twice, or shows otherwise.
 */
export const checkProjection: Check = (account, terms) => {
  const found: Finding[] = [];
  const { orderId } = account;
  const hop = 'crm.projection';
  const shown = groupedBy(account.projected, (move) => String(move.seq));

  for (const [seq, same] of shown) {
    if (same.length > 1) {
      found.push({ kind: 'doubled-effect', hop, orderId, detail: `move ${seq} is shown ${same.length} times` });
    }
  }
  for (const move of account.moves) {
    const twin = shown.get(String(move.seq))?.[0];
    const messageId = twin === undefined ? takenMessage(account, 'crm.inbox', move.seq) : undefined;
    if (messageId !== undefined) {
      const detail = `move ${move.seq} to ${move.to} was taken and is not shown`;
      found.push({ kind: 'lost', hop, orderId, messageId, detail });
    }
    if (twin !== undefined && twin.to !== move.to) {
      const detail = `move ${move.seq} led to ${move.to} and is shown as ${twin.to}`;
      found.push({ kind: 'lost', hop, orderId, detail });
    }
  }
  found.push(...checkExtra(account, terms));
  return found;
};

function checkExtra(account: OrderAccount, terms: AuditTerms): Finding[] {
  const made = new Set(account.moves.map((move) => move.seq));
  return account.projected.flatMap((move) => {
    if (made.has(move.seq)) return [];
    const detail = `move ${move.seq} to ${move.to} is shown and was never made`;
    return [unexplained(account, terms, { hop: 'crm.projection', since: move.at, detail })];
  });
}
