import { hash } from 'node:crypto';

/**
 * The number that places a topic and key: the first 31 bits of SHA-256 over both in UTF-8, parted by U+001F.
 * `outbox.hash_of` computes the same in SQL.
 */
export function hashOf(topic: string, key: string): number {
  return Number.parseInt(hash('sha256', `${topic}\u001f${key}`, 'hex').slice(0, 8), 16) & 0x7fffffff;
}

/** The shard of a topic and key. */
export function shardOf(topic: string, key: string, shards: number): number {
  return hashOf(topic, key) % shards;
}
