import { describe, expect, test } from '@jest/globals';
import {
  armFailpointsFromEnvironment,
  declareFailpoints,
  enableFailpoint,
  FAILPOINTS,
  FailpointHitError,
  FailpointRefusedError,
  type FailpointSubject,
  failpointsArmed,
  hitFailpoint,
} from './failpoints.ts';

const order: FailpointSubject = { type: 'numbering', key: 'o-1', data: { n: 1 } };

describe('a function', () => {
  test('is told what is at hand, at every hit, and decides each', async () => {
    const seen: (readonly FailpointSubject[])[] = [];
    using _ = enableFailpoint(FAILPOINTS.relayPublished, (about) => {
      seen.push(about);
      return seen.length === 2 ? 'break' : undefined;
    });
    expect(await hitFailpoint(FAILPOINTS.relayPublished, () => [order])).toBe(false);
    expect(await hitFailpoint(FAILPOINTS.relayPublished)).toBe(true);
    expect(seen).toEqual([[order], []]);
  });

  test('is told at its own failpoint only; elsewhere nobody asks what is at hand', async () => {
    using _ = enableFailpoint(FAILPOINTS.relayPublished, 'error');
    const asked = () => {
      throw new Error('asked');
    };
    expect(await hitFailpoint(FAILPOINTS.relayRead, asked)).toBe(false);
  });
});

describe("a program's own failpoints", () => {
  test('are armed as the others are, from where they are declared', async () => {
    expect(() => enableFailpoint('invoice.numbered', 'error')).toThrow(RangeError);
    expect(() => armFailpointsFromEnvironment({ BEZEL_FAILPOINTS: 'invoice.numbered=error' })).toThrow(
      FailpointRefusedError,
    );
    const { numbered } = declareFailpoints({ numbered: 'invoice.numbered' });
    {
      using _ = enableFailpoint(numbered, 'error');
      await expect(hitFailpoint(numbered)).rejects.toThrow(FailpointHitError);
    }
    expect(await hitFailpoint(numbered)).toBe(false);
    expect(failpointsArmed()).toBe(false);
    armFailpointsFromEnvironment({ BEZEL_FAILPOINTS: 'invoice.numbered=break@2' });
    expect([await hitFailpoint(numbered), await hitFailpoint(numbered)]).toEqual([false, true]);
  });

  test('have names that BEZEL_FAILPOINTS can say', () => {
    for (const name of ['', 'invoice numbered', 'Invoice', 'a=b', 'a,b']) {
      expect(() => declareFailpoints({ name })).toThrow(RangeError);
    }
  });
});
