import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(10 * 256);
let used = pool.length;
let lastMs = 0;
let counter = 0;

/**
 * A version 7 UUID: 48 bits of Unix milliseconds, then a counter and random bits. Ids made by one process sort in the
 * order they were made, within a millisecond too; ids of different processes sort by their clocks.
 *
 * @example
 * const orderId = uuidv7();
 */
export function uuidv7(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const now = Date.now();
  const random = pool.subarray(used, used + 10);
  used += 10;
  if (now > lastMs) {
    lastMs = now;
    // 11 random bits leave room to count up to 2,048 more within the millisecond.
    counter = random.readUInt16BE(0) & 0x7ff;
  } else {
    counter += 1;
    if (counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
  }
  const time = lastMs.toString(16).padStart(12, '0');
  const middle = (0x7000 | counter).toString(16);
  random[2] = ((random[2] ?? 0) & 0x3f) | 0x80;
  const tail = random.toString('hex', 2);
  return `${time.slice(0, 8)}-${time.slice(8)}-${middle}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
