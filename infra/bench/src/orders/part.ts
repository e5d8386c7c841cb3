import type { Progress } from '@bezel/local/bench';
import type { System } from '../system/system.ts';
import type { OrdersOptions } from './command-line.ts';

/** What every part of the measurement is given. */
export interface PartContext {
  readonly system: System;
  readonly options: OrdersOptions;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}
