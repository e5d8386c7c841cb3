import type { Asked } from '../../repair/asking/ask-repairs.ts';
import type { ByHand, Repair, RepairPlan } from '../../repair/repair.ts';
import type { Repaired } from '../../repair/repair-order.ts';
import { failureOf } from '../failure.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe } from '../terminal/table.ts';

/** What `repair --json` prints of a plan that ends there. */
export const planDocument = ({ orderId, repairs, byHand }: RepairPlan, dryRun: boolean): object => ({
  ok: repairs.length + byHand.length === 0,
  ...{ orderId, dryRun, repairs, byHand, asked: [], left: [] },
});

/** What it prints of a plan that was asked for; `byHand` is what is left to people at the end. */
export const repairedDocument = (planned: RepairPlan, { asked, left, plan, broken }: Repaired): object => ({
  ok: left.length === 0 && broken === undefined,
  ...{ orderId: planned.orderId, dryRun: false, repairs: planned.repairs, byHand: plan.byHand },
  asked: [
    ...asked.map((one) => ('asked' in one ? one.asked : unasked(one.repair, one.notAsked))),
    ...(broken?.unasked ?? []).map((repair) => unasked(repair, broken?.by)),
  ],
  left: left.map(({ orderId: _, ...finding }) => finding),
});

const unasked = (repair: Repair, error: unknown): object => ({
  ...{ kind: repair.kind, messageId: 'messageId' in repair ? repair.messageId : null },
  error: failureOf(error),
});

/** The plan as people read it. */
export function planText(plan: RepairPlan, dryRun: boolean, paint: Paint): string {
  const { orderId, repairs, byHand } = plan;
  if (repairs.length + byHand.length === 0) return paint('green', `${orderId}: nothing is to be repaired`);
  const lines = [...planned(repairs, paint), ...forPeople(byHand, paint)];
  const end = dryRun && repairs.length > 0 ? ['', 'Dry run: nothing was asked for.'] : [];
  return [paint('bold', orderId), ...lines, ...end].join('\n');
}

/** What was planned, what became of it, and what is left. */
export function repairedText(before: RepairPlan, { asked, left, plan, broken }: Repaired, paint: Paint): string {
  const { orderId, repairs } = before;
  const lines = [paint('bold', orderId), ...planned(repairs, paint), ''];
  for (const one of asked) lines.push(outcomeOf(one, paint));
  for (const repair of broken?.unasked ?? []) lines.push(paint('red', `${nameOf(repair)}: not asked for`));
  lines.push(...forPeople(plan.byHand, paint), '');
  if (left.length === 0 && broken === undefined) {
    return [...lines, paint('green', `${orderId}: all accounted for`)].join('\n');
  }
  const underWay = plan.repairs.length > 0 && asked.some((one) => 'asked' in one);
  const still = underWay ? ' What was asked for may still come to be: look again (audit --order).' : '';
  for (const { kind, hop, detail } of left) lines.push(paint('red', `left: ${kind} at ${hop}: ${safe(detail)}`));
  const verdict = left.length === 0 ? 'not repaired' : 'UNACCOUNTED';
  return [...lines, paint('red', `${orderId}: ${verdict}.${still}`)].join('\n');
}

const nameOf = (repair: Repair): string =>
  `${repair.kind}${'messageId' in repair ? ` of message ${safe(repair.messageId)}` : ''}`;

const planned = (repairs: readonly Repair[], paint: Paint): string[] =>
  repairs.flatMap((repair) => [
    '',
    paint('yellow', nameOf(repair)),
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
