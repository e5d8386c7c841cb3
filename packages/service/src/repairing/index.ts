export { logRepair } from './log-repair.ts';
export { dataOf, type ProjectedAgain } from './project-again.ts';
export { type PublishedAgain, publishAgain, type WrittenAt } from './publish-again.ts';
export { redriveOrder } from './redrive-order.ts';
export { wasTaken } from './was-taken.ts';
