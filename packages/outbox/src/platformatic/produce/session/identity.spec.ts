import { describe, expect, test } from '@jest/globals';
import { Identity } from './identity.ts';

const place = { topic: 't', partition: 0 };

describe('Identity', () => {
  test('counts each partition on by what was written to it, from 0', () => {
    const identity = new Identity(7n, 2);
    expect(identity.stamp(place)).toEqual({ id: 7n, epoch: 2, sequence: 0 });
    expect(identity.stamp(place).sequence).toBe(0);
    identity.written(place, 3);
    identity.written(place, 2);
    identity.written({ topic: 't', partition: 1 }, 1);
    expect(identity.stamp(place).sequence).toBe(5);
    expect(identity.stamp({ topic: 't', partition: 1 }).sequence).toBe(1);
    expect(identity.stamp({ topic: 'u', partition: 0 }).sequence).toBe(0);
  });

  test('begins anew behind the largest sequence, as the Java client does', () => {
    const identity = new Identity(7n, 2);
    identity.written(place, 2_147_483_646);
    identity.written(place, 3);
    // 2147483646, 2147483647, 0 are used up.
    expect(identity.stamp(place).sequence).toBe(1);
  });
});
