import { type OrderMove, STAGE_METRICS, TRANSITIONS } from '@bezel/order-workflow';
import { metrics } from '@opentelemetry/api';

/**
 * Counts the moves this process has committed, repeats included. Every move there is begins at 0: a series that began with
 * its first move would hide that one from a rate.
 */
export function moveCounter(): (move: Pick<OrderMove, 'from' | 'to'>) => void {
  const moves = metrics.getMeter('@bezel/shop-api').createCounter(STAGE_METRICS.moves, {
    description: 'Moves of orders that were committed.',
  });
  for (const { from, to } of TRANSITIONS) moves.add(0, { from, to });
  return ({ from, to }) => moves.add(1, { from, to });
}
