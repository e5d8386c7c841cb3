import type { CellFailure } from './judge-cells.ts';
import { type Cell, crashMatrixOfOrders } from './matrix/cells.ts';
import type { CrashPointsOutcome } from './run-crash-points.ts';

/** What `--json` prints. New keys are only ever added at the end. */
export interface CrashPointsSummary {
  /** Cells that were to be died in. */
  readonly cells: number;
  readonly passed: number;
  /** Role × failpoint × step that no order comes to; in a run of some cells, of the same roles. */
  readonly unreachable: number;
  readonly failed: readonly CellFailure[];
  readonly orders: number;
  /** What is wrong and belongs to no cell. */
  readonly beside: readonly string[];
}

export function summaryOf(cells: readonly Cell[], outcome: CrashPointsOutcome, whole: boolean): CrashPointsSummary {
  const roles = new Set(cells.map(({ role }) => role));
  const { unreachable } = crashMatrixOfOrders();
  return {
    cells: cells.length,
    passed: outcome.passed.length,
    unreachable: unreachable.filter(({ role }) => whole || roles.has(role)).length,
    failed: outcome.failed,
    orders: outcome.orders,
    beside: outcome.beside,
  };
}

/** For people. */
export const linesOf = ({
  cells,
  passed,
  unreachable,
  failed,
  orders,
  beside,
}: CrashPointsSummary): readonly string[] => [
  '',
  ...failed.map(
    ({ cell, orderId, why }) => `✗ ${cell}${orderId === null ? '' : `, order ${orderId}`}: ${why.join('; ')}`,
  ),
  ...beside.map((what) => `✗ ${what}`),
  `cells ${cells}   passed ${passed}   failed ${failed.length}   unreachable ${unreachable}   orders ${orders}`,
];
