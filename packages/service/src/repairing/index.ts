export { type PublishedAgain, publishAgain, type WrittenAt } from './publish-again.ts';
export { redriveOrder } from './redrive-order.ts';
