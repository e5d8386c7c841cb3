import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isEventTime } from './event-time.ts';

describe('the time of an event', () => {
  test.each([
    '2026-11-21T03:14:15Z',
    '2026-11-21t03:14:15z',
    '2024-02-29T23:59:59.999999999Z',
    '0001-01-01T00:00:00Z',
    '0099-12-31T00:00:00Z',
    '9999-12-31T23:59:59.999999+15:59',
    '2026-11-21T03:14:15.926535-00:00',
  ])('%s', (text) => expect(isEventTime(text)).toBe(true));

  test.each([
    '',
    'yesterday',
    'infinity',
    '2026-11-21',
    '2026-11-21 03:14:15Z',
    '2026-11-21T03:14:15',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T03:60:15Z',
    '2026-11-21T03:14:60Z',
    '2026-11-21T03:14:15+16:00',
    '2026-11-21T03:14:15+01:60',
    '2026-11-21T03:14:15.Z',
    '2026-11-21T03:14:15.1234567890123Z',
    '2026-11-21T03:14:15Z\n',
  ])('but not: %s', (text) => expect(isEventTime(text)).toBe(false));

  test('is whatever JavaScript writes', () => {
    const dates = fc.date({ min: new Date('0001-01-01Z'), max: new Date('9999-12-31Z'), noInvalidDate: true });
    fc.assert(fc.property(dates, (date) => isEventTime(date.toISOString())));
  });
});
