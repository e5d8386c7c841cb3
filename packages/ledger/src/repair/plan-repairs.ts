import { type Ailing, redriveOf, remediesOf } from './remedies.ts';
import { type ByHand, REPAIR_KINDS, type Repair, type RepairPlan } from './repair.ts';

/**
 * Plans what would repair an order: the remedies of its findings, each repair once and in the order in which they are asked for.
 * Pure: the same account gives the same plan. Only what is safe at any time is a repair; anything else says why a person must look.
 * What is on its way is neither.
 *
 * @example
 * for await (const audit of auditStack(stack)) for (const repair of planRepairs(audit).repairs) console.log(repair.text);
 */
export function planRepairs(ailing: Ailing): RepairPlan {
  const { account, parked = [] } = ailing;
  const { orderId } = account;
  const repairs = new Map<string, Repair>();
  const byHand: ByHand[] = [];
  const add = (repair: Repair): void => {
    const messageId = 'messageId' in repair ? repair.messageId : null;
    const name = `${repair.kind} ${messageId}`;
    const before = account.repairs.filter((done) => done.kind === repair.kind && done.messageId === messageId).length;
    if (!repairs.has(name)) repairs.set(name, { ...repair, evidence: `${repair.evidence}; repaired ${before} times` });
  };
  if (parked.length > 0) add(redriveOf(orderId, parked));
  for (const remedy of remediesOf(ailing)) {
    if ('byHand' in remedy) byHand.push(remedy.byHand);
    else add(remedy.repair);
  }
  const kind = (repair: Repair): number => REPAIR_KINDS.indexOf(repair.kind);
  return { orderId, repairs: [...repairs.values()].sort((a, b) => kind(a) - kind(b)), byHand };
}
