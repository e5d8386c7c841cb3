import type { Asked } from '../../repair/ask-repairs.ts';
import type { ByHand, Repair, RepairPlan } from '../../repair/repair.ts';
import type { Repaired } from '../../repair/repair-order.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe } from '../terminal/table.ts';

/** What `repair --json` prints of a plan that ends there. */
export const planDocument = ({ orderId, repairs, byHand }: RepairPlan, dryRun: boolean): object => ({
  ok: repairs.length + byHand.length === 0,
  ...{ orderId, dryRun, repairs, byHand, asked: [], left: [] },
});

/** What it prints of a plan that was carried out; `byHand` is what is left to people at the end. */
export const repairedDocument = (planned: RepairPlan, { asked, left, plan }: Repaired): object => ({
  ok: left.length === 0,
  ...{ orderId: planned.orderId, dryRun: false, repairs: planned.repairs, byHand: plan.byHand },
  asked: asked.map(told),
  left: left.map(({ orderId: _, ...finding }) => finding),
});

const told = (one: Asked): object =>
  'asked' in one
    ? one.asked
    : { kind: one.repair.kind, error: { code: one.notAsked.code, message: one.notAsked.message } };

/** The plan as people read it. */
export function planText(plan: RepairPlan, dryRun: boolean, paint: Paint): string {
  const { orderId, repairs, byHand } = plan;
  if (repairs.length + byHand.length === 0) return paint('green', `${orderId}: nothing is to be repaired`);
  const lines = [...planned(repairs, paint), ...forPeople(byHand, paint)];
  const end = dryRun && repairs.length > 0 ? ['', 'Dry run: nothing was asked for.'] : [];
  return [paint('bold', orderId), ...lines, ...end].join('\n');
}

/** What was planned, what became of it, and what is left. */
export function repairedText(before: RepairPlan, { asked, left, plan }: Repaired, paint: Paint): string {
  const { orderId, repairs } = before;
  const lines = [paint('bold', orderId), ...planned(repairs, paint), ''];
  for (const one of asked) lines.push(outcomeOf(one, paint));
  lines.push(...forPeople(plan.byHand, paint), '');
  if (left.length === 0) return [...lines, paint('green', `${orderId}: all accounted for`)].join('\n');
  const still = plan.repairs.length > 0 ? ' What was asked for may still come to be: look again (audit --order).' : '';
  for (const { kind, hop, detail } of left) lines.push(paint('red', `left: ${kind} at ${hop}: ${safe(detail)}`));
  return [...lines, paint('red', `${orderId}: UNACCOUNTED.${still}`)].join('\n');
}

const planned = (repairs: readonly Repair[], paint: Paint): string[] =>
  repairs.flatMap((repair) => [
    '',
    paint('yellow', `${repair.kind}${'messageId' in repair ? ` of message ${safe(repair.messageId)}` : ''}`),
    `  because: ${safe(repair.because)}`,
    `  does:    ${safe(repair.text)}`,
  ]);

const forPeople = (byHand: readonly ByHand[], paint: Paint): string[] =>
  byHand.flatMap(({ hop, because, text }) => [
    '',
    paint('red', `by hand, at ${hop}`),
    `  because: ${safe(because)}`,
    `  to do:   ${safe(text)}`,
  ]);

function outcomeOf(one: Asked, paint: Paint): string {
  if ('notAsked' in one) return paint('red', `${one.repair.kind}: not asked for: ${safe(one.notAsked.message)}`);
  const { kind, state, outcome } = one.asked;
  return paint(
    state === 'refused' ? 'red' : 'green',
    `${kind}: ${state}${outcome === null ? '' : `: ${safe(outcome)}`}`,
  );
}
