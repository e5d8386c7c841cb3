import { FINDING_KINDS, type Finding } from '@bezel/ledger';
import { describe, expect, test } from '@jest/globals';
import { isSound, summarise } from './summary.ts';

const run = { submitted: 200, kills: 20, seconds: 61.26, complaints: 1, retries: 7, seed: '2026' };
const finding = (kind: Finding['kind']): Finding => ({ kind, hop: 'shop.topic', orderId: 'x', detail: '' });

describe('the summary', () => {
  test('begins with the agreed keys in the agreed order', () => {
    const summary = summarise({ findings: [], statuses: new Map([['DELIVERED', 200]]) }, run);
    expect(JSON.stringify(summary)).toMatch(
      /^\{"submitted":200,"delivered":200,"cancelled":0,"lost":0,"duplicateEffects":0,"outOfOrder":0,"kills":20,"seconds":61\.3,/,
    );
    expect(isSound(summary, 200)).toBe(true);
  });

  test('is not sound with any finding, whatever its kind', () => {
    for (const kind of FINDING_KINDS.filter((known) => known !== 'on-its-way')) {
      const summary = summarise({ findings: [finding(kind)], statuses: new Map([['DELIVERED', 200]]) }, run);
      expect(isSound(summary, 200)).toBe(false);
    }
  });

  test('is not sound when an order is missing, open or rejected', () => {
    const ended = (delivered: number, cancelled: number, submitted = 200) =>
      isSound(
        summarise(
          {
            findings: [],
            statuses: new Map([
              ['DELIVERED', delivered],
              ['CANCELLED', cancelled],
              ['REJECTED', submitted - delivered - cancelled],
            ]),
          },
          { ...run, submitted },
        ),
        200,
      );
    expect(ended(190, 10)).toBe(true);
    expect(ended(199, 0)).toBe(false);
    expect(ended(199, 0, 199)).toBe(false);
  });
});
