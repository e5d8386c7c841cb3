import type { Verdict } from '../check/reach-verdict.ts';
import type { Summary } from './summary.ts';

/**
 * The verdict for people: what ended how, every defect, how long each kind took to get over.
 *
 * @param again the options that mean the same schedule
 */
export function report(summary: Summary, { defects, statuses }: Verdict, again: string): readonly string[] {
  const {
    orders,
    faults,
    lost,
    duplicateEffects,
    outOfOrder,
    unfinished,
    recovery,
    notRun,
    notRecovered,
    idle,
    repairs,
  } = summary;
  const ended = [...statuses].map(([status, count]) => `${count} ${status}`).join(', ');
  return [
    '',
    `orders ${orders} (${ended})   faults ${faults}`,
    `lost ${lost}   duplicate effects ${duplicateEffects}   out of order ${outOfOrder}   unfinished ${unfinished}`,
    ...defects.map(({ kind, order, what }) => `  ${kind}, ${order}: ${what}`),
    `repairs ${
      Object.entries(repairs)
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', ') || 'none'
    }`,
    ...notRecovered.map((what) => `  not recovered: ${what}`),
    ...idle.map((what) => `  not counted: ${what}`),
    ...(summary.gaveUp ? ['  nothing moved any more: clients went home before the end'] : []),
    '',
    `${'recovery in s'.padEnd(18)}${'p50'.padStart(7)}${'max'.padStart(7)}`,
    ...Object.entries(recovery).map(
      ([kind, { p50S, maxS }]) => `${kind.padEnd(18)}${p50S.toFixed(1).padStart(7)}${maxS.toFixed(1).padStart(7)}`,
    ),
    ...notRun.map(({ kind, why }) => `${kind} was not run: ${why}`),
    '',
    `npm run chaos -- ${again} repeats the schedule.`,
  ];
}
