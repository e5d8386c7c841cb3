import { uuidv7 } from '@bezel/outbox';
import { expect, test } from '@jest/globals';
import { lowestIdAt, submittedAtOf } from './id-time.ts';

test('an id tells when it was made', () => {
  const before = Date.now();
  const at = submittedAtOf(uuidv7()).getTime();
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});

test.each(['2026-11-21T22:00:00.123Z', '1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])(
  'ids made before %s are lower than its lowest, and those made then are not',
  (moment) => {
    const at = new Date(moment);
    const lowest = lowestIdAt(at);
    expect(submittedAtOf(lowest)).toEqual(at);
    const madeAt = (ms: number) => lowestIdAt(new Date(ms)).replace('0000-0000-000000000000', '7fff-bfff-ffffffffffff');
    expect(madeAt(at.getTime()) > lowest).toBe(true);
    if (at.getTime() > 0) expect(madeAt(at.getTime() - 1) < lowest).toBe(true);
  },
);

test('a moment before 1970 is before every order', () => {
  expect(lowestIdAt(new Date(-5))).toBe('00000000-0000-0000-0000-000000000000');
});
