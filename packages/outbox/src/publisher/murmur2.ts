/**
 * The hash by which Kafka's Java client places keys: 32-bit MurmurHash2 with its seed. Clients in every language agree
 * on it, so a key stays in its partition whoever writes.
 */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ length;
  let n = 0;
  for (; n + 4 <= length; n += 4) {
    let k = byte(data, n) | (byte(data, n + 1) << 8) | (byte(data, n + 2) << 16) | (byte(data, n + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length - n;
  if (rest > 0) {
    h ^= byte(data, n) | (rest > 1 ? byte(data, n + 1) << 8 : 0) | (rest > 2 ? byte(data, n + 2) << 16 : 0);
    h = Math.imul(h, m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

/** The partition of a key, as the Java client chooses it, before it is taken modulo the number of partitions. */
export function placeOf(key: Uint8Array): number {
  return murmur2(key) & 0x7fffffff;
}

/** The partition of a key, as the Java client chooses it. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return placeOf(key) % partitions;
}

function byte(data: Uint8Array, index: number): number {
  return data[index] ?? 0;
}
