import { describe, expect, jest, test } from '@jest/globals';
import { demo } from './testing/run-demo.ts';

jest.setTimeout(420_000);

const FEW = ['--seed', '2026', '--concurrency', '6', '--patience', '30', '--settle', '10'];

describe('a broken system is found out', () => {
  test('when the relay skips a message', async () => {
    const { code, summary, told } = await demo(['--orders', '4', '--kills', '0', ...FEW], {
      BEZEL_FAILPOINTS_SHOP_BACK: 'relay.skips-message=break@6',
    });
    expect(code).toBe(1);
    expect(summary.lost).toBeGreaterThan(0);
    expect(told).toMatch(/lost at shop\.topic, order \S+: shop\.\S+, written as \d+\/\d+, is not on the topic/);
  });

  test('when a message is published though its transaction never committed', async () => {
    const { code, summary, told } = await demo(['--orders', '4', '--kills', '0', ...FEW], {
      BEZEL_FAILPOINTS_MES_API: 'writer.commits-early=break@3',
    });
    expect(code).toBe(1);
    expect(summary.duplicateEffects).toBeGreaterThan(0);
    expect(told).toMatch(/doubled-effect at mes\.outbox, order \S+: a second mes\.work-order-/);
  });

  test('when a consumer forgets its inbox and is delivered messages again', async () => {
    // Kafka gives the killed consumer 15 s to come back before it delivers to the one started in its place.
    const { code, summary, told } = await demo(['--orders', '4', '--kills', '0', ...FEW, '--settle', '40'], {
      BEZEL_FAILPOINTS_CRM_API: 'consumer.forgets-inbox=break@*,consumer.committed=kill@6',
    });
    expect(code).toBe(1);
    expect(summary.duplicateEffects).toBeGreaterThan(0);
    expect(told).toMatch(/doubled-effect at crm\.projection, order \S+: move \d+ is shown \d+ times/);
  });
});
