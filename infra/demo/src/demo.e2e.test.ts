import { describe, expect, jest, test } from '@jest/globals';
import { demo } from './testing/run-demo.ts';

jest.setTimeout(420_000);

describe('a sound system', () => {
  test('delivers every order that is not called off, while two of each are killed, and leaves nothing behind', async () => {
    const { code, summary, told, stackEnded } = await demo(
      ['--orders', '16', '--kills', '6', '--cancel-percent', '25', '--seed', 'b', '--patience', '120'],
      { BEZEL_SCALE: 'shop-api=2,shop-back=2,mes-api=2,mes-back=2,mes-pricing=2,crm-api=2' },
    );
    expect({ code, told, summary }).toMatchObject({
      code: 0,
      summary: { submitted: 16, lost: 0, duplicateEffects: 0, outOfOrder: 0, kills: 6, unfinished: 0, phantoms: 0 },
    });
    expect(summary.delivered + summary.cancelled).toBe(16);
    expect(summary.cancelled).toBeGreaterThan(0);
    expect(stackEnded).toBe(true);
  });
});
