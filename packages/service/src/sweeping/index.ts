export { sweepingRole } from './sweeping-role.ts';
export { exclusively, type RunningSweeps, SWEEP_METRICS, type Sweep, type Swept, startSweeps } from './sweeps.ts';
