import { type OrderAccount, statusOf } from '../account/order-account.ts';
import type { Finding } from '../audit/finding.ts';

const LOOK = 'Look at the order’s account (audit --order)';

/** The workflow has what it needs and does not go on: once its worker is mended, the order goes on by itself. */
export const waitsForWorker = (finding: Finding, account: OrderAccount): boolean =>
  finding.kind === 'unfinished' &&
  (finding.hop === 'mes.work-order' ||
    (finding.hop === 'workflow' && (finding.messageId !== undefined || isOfferOverdue(finding, account))));

/** The workflow has not ended an order whose offer has ended. Of an order that has ended itself the same says that it runs on. */
export const isOfferOverdue = ({ hop, kind, messageId }: Finding, account: OrderAccount): boolean =>
  hop === 'workflow' && kind === 'unfinished' && messageId === undefined && statusOf(account) === 'PRICED';

/** Why a person must look at a finding that nothing repairs safely, and at what. */
export function byHandTextOf(finding: Finding, account: OrderAccount): string {
  const { hop, kind } = finding;
  if (kind === 'unreadable') {
    return 'Nothing can be concluded from what cannot be read: see that the app and the ledger are of releases that go together, and that no payload key is missing (TEMPORAL_PAYLOAD_KEYS).';
  }
  if (kind === 'doubled-effect') {
    return `Something happened twice, and nothing can tell which one to take back. ${LOOK}, and tell the developers.`;
  }
  if (kind === 'out-of-order' && hop.endsWith('.topic')) {
    return `The topic keeps its order for ever. ${LOOK}, and see whether who read it came to the right end.`;
  }
  if (kind === 'phantom') {
    return `Nothing that was committed explains it, and taking it away could take away what is right. ${LOOK}, and find out who wrote it.`;
  }
  if (isOfferOverdue(finding, account)) {
    return 'The workflow knows when the offer ends, and telling it would change nothing: mend the worker or the step that fails (why says which).';
  }
  if (waitsForWorker(finding, account)) {
    const what = hop === 'workflow' ? 'was told' : 'has withdrawn the work order';
    return `The workflow ${what} and does not go on, and telling it again would change nothing: mend the worker or the step that fails (why says which).`;
  }
  switch (hop) {
    case 'client':
    case 'shop.order':
      return kind === 'unfinished'
        ? 'Nothing of it is lost: it waits for somebody. Ask whoever’s turn it is (why says who that is).'
        : 'Restore the row from a backup; nothing else knows all that it held.';
    case 'shop.history':
    case 'shop.delay':
    case 'shop.outbox':
      return 'Somebody wrote behind the workflow’s back. Find out who; only what the workflow did itself was told to others.';
    case 'mes.outbox':
    case 'mes.work-order':
      return 'What happened in the workshop, the workshop knows: look at the work order on the board and at the piece.';
    case 'workflow':
      return kind === 'unfinished'
        ? 'The order has ended and its workflow runs on: look at its history in Temporal, and end it by hand when it has nothing left to do.'
        : 'The order has ended and needs no workflow any more: find out who ended it before it came to its end.';
    case 'mes.board':
    case 'crm.projection':
      return `${hop === 'mes.board' ? 'The board' : 'The CRM'} shows another move than was made: what was told is never changed. Correct the row by hand, from the shop’s history.`;
    case 'shop.cancellation':
      return 'The shop passes over what it has taken: enter it there by hand, from the work order. It only shows how far the cancellation is; nothing waits for it.';
    case 'crm.delay':
      return 'The CRM shows another delay than was recorded: what was told is never changed. Correct the row by hand, from the shop’s history.';
    case 'crm.order':
      return 'Sales sees the order otherwise than the CRM was told of it: correct its row by hand, from the shop’s history. The next move would set it right, too.';
    default:
      return `${LOOK}, and tell the developers.`;
  }
}
