import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What goes wrong with one order beside deaths. `unheard`: consumers fail at its messages, for good, until it ends;
 * `unwithdrawable`: the next withdrawal of its work order fails; `unshipped`: its move to SHIPPED waits until it ends, and is
 * `shipping` from then on.
 */
export type Trouble = 'unheard' | 'unwithdrawable' | 'unshipped' | 'shipping';

const fileOf = (folder: string, trouble: Trouble, orderId: string): string =>
  join(folder, `${trouble}-${encodeURIComponent(orderId)}`);

/** Processes see it from here on, those that are started later, too. */
export function beginTrouble(folder: string, trouble: Trouble, orderId: string): void {
  writeFileSync(fileOf(folder, trouble, orderId), '');
}

export function endTrouble(folder: string, trouble: Trouble, orderId: string): void {
  rmSync(fileOf(folder, trouble, orderId), { force: true });
}

export const isTroubled = (folder: string, trouble: Trouble, orderId: string): boolean =>
  existsSync(fileOf(folder, trouble, orderId));
