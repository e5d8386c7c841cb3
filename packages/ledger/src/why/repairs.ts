import type { OrderAccount } from '../account/order-account.ts';
import type { Finding } from '../audit/finding.ts';
import { instant } from '../instant.ts';
import { WORDS } from '../repair/words.ts';
import type { RepairDetails } from '../sources/views/repairs.ts';
import type { RepairTold } from './answer.ts';
import type { Situation } from './situation.ts';

/** The repairs of an order as they are told, oldest first: each with what it does, by whom it was asked for, and how it ended. */
export const repairsTold = ({ repairs, audit }: Situation): RepairTold[] =>
  repairs.map(({ askedAt, endedAt, ...repair }) => ({
    ...repair,
    text: textOf(repair, audit?.account),
    askedAt: instant(askedAt),
    endedAt: endedAt === null ? null : instant(endedAt),
  }));

function textOf({ kind, messageId }: Pick<RepairDetails, 'kind' | 'messageId'>, account?: OrderAccount): string {
  switch (kind) {
    case 'redrive':
      return WORDS.redrive();
    case 'publish-again':
      return WORDS.publishAgain(
        [...(account?.written ?? []), ...(account?.copies ?? [])].find((message) => message.messageId === messageId)
          ?.type,
      );
    case 'run-workflow':
      return WORDS.runWorkflow(undefined);
    case 'tell-fact':
      return WORDS.tellFact();
    case 'project-again':
      return WORDS.projectAgain('whoever took it, the CRM or the MES,');
    default:
      return 'Is of a newer release than this one, which does not know what it does.';
  }
}

/** What was tried of a finding's repair: how often it ended, and why it was refused the last time, if it was. */
interface Tried {
  readonly tries: number | null;
  readonly lastError: string | null;
}

/**
 * What came until now of the repairs of what a finding is about: its message, or else the order's workflow, since it went wrong the
 * last time.
 */
export function triedOf(finding: Finding, { repairs, at }: Situation): Tried {
  const { hop, messageId, ageMs = Number.POSITIVE_INFINITY } = finding;
  const isOfIt = ({ kind, messageId: about, askedAt }: RepairDetails): boolean =>
    messageId === undefined
      ? hop === 'workflow' && kind === 'run-workflow' && askedAt >= at - ageMs
      : about === messageId;
  const ended = repairs.filter((repair) => repair.state !== 'asked' && isOfIt(repair));
  const last = ended.at(-1);
  return {
    tries: ended.length === 0 ? null : ended.length,
    lastError: last?.state === 'refused' ? last.outcome : null,
  };
}
