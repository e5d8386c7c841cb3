import { STAGE_TIMES } from '@bezel/order-workflow';
import { expect, test } from '@jest/globals';
import { readStageTimes, StageTimesInvalidError } from './stage-times.ts';

test("a tenant's own times come before those for everybody, these before the stage contract's", () => {
  const times = readStageTimes('PACKED=PT12H/PT2H, goldsmith:PACKED=3000/1000,goldsmith:APPROVED=P1D/PT0S');
  const packed = { withinMs: 43_200_000, typicalMs: 7_200_000 };
  expect(times('public')).toEqual({ ...STAGE_TIMES, PACKED: packed });
  expect(times('goldsmith')).toEqual({
    ...STAGE_TIMES,
    PACKED: { withinMs: 3_000, typicalMs: 1_000 },
    APPROVED: { withinMs: 86_400_000, typicalMs: 0 },
  });
});

test.each([
  ['', /expected \[tenant:\]STATUS=SLA\/usual/],
  ['PACKED', /expected/],
  ['PACKED=PT1H', /expected/],
  ['PACKED=PT1H/PT1M,', /"": expected/],
  ['PRICED=PT1H/PT1M', /PRICED is no status with an SLA/],
  ['DELIVERED=PT1H/PT1M', /DELIVERED is no status with an SLA/],
  ['toString=PT1H/PT1M', /expected/],
  ['PACKED=1h/PT1M', /expected milliseconds or an ISO 8601 duration/],
  ['PACKED=PT1M/PT1H', /not less than what is usual/],
  ['PACKED=0/0', /more than nothing/],
  ['a:PACKED=2/1,a:PACKED=3/1', /"a:PACKED=3\/1": PACKED is given before/],
])('"%s" is refused', (text, why) => {
  expect(() => readStageTimes(text)).toThrow(StageTimesInvalidError);
  expect(() => readStageTimes(text)).toThrow(why);
});
