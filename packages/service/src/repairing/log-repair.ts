import { log } from '../telemetry/index.ts';

/** Leaves a trace of a repair that was carried out here; it is recorded where it was asked for, in the order's history. */
export const logRepair = (repairId: string, message: string): void =>
  log.warn({ 'event.action': 'order-repaired', 'bezel.repair.id': repairId }, message);
