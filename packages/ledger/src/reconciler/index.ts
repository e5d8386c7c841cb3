export type { ReconcilerFigures } from './figures.ts';
export { REPAIR_OUTCOMES, type RepairNews, type RepairOutcome } from './in-question/again.ts';
export { AGES, type Age } from './in-question/questions.ts';
export { Reconciler, type ReconcilerListener, type ReconcilerOptions } from './reconciler.ts';
export { RECONCILER_TIMES, type ReconcilerTimes } from './reconciler-times.ts';
export { TROUBLE_SOURCES, type TroubleSource } from './trouble.ts';
