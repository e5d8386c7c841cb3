import type { Swept } from '@bezel/service';
import type { Waiting } from './looking/forgotten-orders.ts';

/** What a look came to that found these waiting, and dealt with so many. */
export const summed = (waiting: readonly Waiting[], swept: number): Swept => ({
  swept,
  waiting: waiting.length,
  oldestMs: waiting.reduce((oldest, { since }) => Math.max(oldest, Date.now() - since.getTime()), 0),
});
