export { type OwedSweep, sweepsOwed, sweepsRun } from './owed-sweeps.ts';
export { type KnownState, type Queryable, statesOf } from './states-of.ts';
export {
  type OwningApp,
  type RunsIn,
  SWEEPERS,
  type SweeperDescription,
  type SweeperName,
  type SweepName,
  sweepEveryMs,
  type Watched,
} from './sweepers.ts';
export { type OwnedTable, ownedTables } from './tables.ts';
export { unowned } from './unowned.ts';
