import { accountsOf } from './account.ts';
import type { Add, Defect } from './defect.ts';
import type { Evidence } from './evidence.ts';
import { judgeCauses } from './judging/causes.ts';
import { judgeLateness } from './judging/lateness.ts';
import { judgePeople } from './judging/people.ts';
import { judgePromptness } from './judging/promptness.ts';
import { judgeRefusals } from './judging/refusals.ts';
import { judgeDoors, judgeSales } from './judging/sales.ts';
import { judgeStock } from './judging/stock.ts';
import { judgeTopics } from './judging/topics.ts';
import { judgeWay } from './judging/way.ts';
import { judgeWorkshop } from './judging/workshop.ts';

/** Judges a system that has had time to come to rest. Pure: the evidence decides, and it is all from outside the apps. */
export function judge(evidence: Evidence): readonly Defect[] {
  const defects: Defect[] = [...judgePeople(evidence)];
  for (const account of accountsOf(evidence)) {
    const { id } = account.order;
    const add: Add = (kind, what) => void defects.push({ kind, order: id, what });
    judgeWay(account, add);
    judgePromptness(account, evidence, add);
    judgeLateness(account, evidence, add);
    judgeCauses(account, add);
    judgeRefusals(account, add);
    judgeWorkshop(account, add);
    judgeSales(account, add);
    judgeTopics(account, evidence.undisturbed, add);
    judgeDoors(account, add);
  }
  return [...defects, ...judgeStock(evidence.mes.stock)];
}
