export { exclusively } from './exclusively.ts';
export { sweepingRole } from './sweeping-role.ts';
export { type RunningSweeps, SWEEP_METRICS, type Sweep, type Swept, startSweeps } from './sweeps.ts';
