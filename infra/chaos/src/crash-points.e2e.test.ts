import { existsSync } from 'node:fs';
import path from 'node:path';
import { type EndedCommand, runJsonCommand, temporaryStackState } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import type { CrashPointsSummary } from './crash-points/report.ts';

jest.setTimeout(3_600_000);

const COMMAND = path.join(import.meta.dirname, 'bin', 'crash-points.ts');

/** Runs it as `npm run crash-points` does, on servers and data of its own. */
async function crashPoints(...args: readonly string[]): Promise<EndedCommand<CrashPointsSummary>> {
  await using state = temporaryStackState();
  const own = ['--no-results', '--json'];
  const ended = await runJsonCommand<CrashPointsSummary>(COMMAND, [...own, ...args], { BEZEL_STATE: state.path });
  expect(existsSync(path.join(state.path, 'crash-points', 'postgres'))).toBe(false);
  return ended;
}

/** One death of each role that does anything for an order, each at another instant. */
const SHORT = [
  'shop-api/door.committed/submit',
  'shop-partner/writer.written/submit',
  'shop-relay/relay.published/submit/to PRICING',
  'shop-consumer/orchestrator.fact-told/accept',
  'shop-worker/activity.ended/price',
  'mes-api/door.answering/start',
  'mes-relay/relay.publishing/ship',
  'mes-consumer/consumer.claimed/ship',
  'mes-worker/work-order.opening/accept',
  'mes-pricing/activity.ended/price/priceMetal',
  'crm-consumer/consumer.handled/deliver',
];

test('one death of each role, and every order ends as it must', async () => {
  const { code, summary, told } = await crashPoints('--only', SHORT.join(','), '--at-once', '2');
  expect({ code, told, summary }).toMatchObject({
    code: 0,
    summary: { cells: SHORT.length, passed: SHORT.length, failed: [], beside: [] },
  });
});

if (process.env['BEZEL_TEST_FULL'] === '1') {
  test('every death of the matrix, and every order ends as it must', async () => {
    const { code, summary, told } = await crashPoints();
    expect({ code, told, summary }).toMatchObject({ code: 0, summary: { failed: [], beside: [] } });
    expect(summary.passed).toBe(summary.cells);
  });

  test('an inbox that is committed before its effect is found out', async () => {
    const { code, summary } = await crashPoints(
      ...['--only', 'crm-consumer/consumer.claimed', '--mutant', 'the-inbox-is-committed-before-its-effect'],
    );
    expect(code).toBe(1);
    expect(summary.failed.length).toBeGreaterThan(0);
    expect(summary.failed[0]?.why.join()).toContain('lost');
  });

  test('a relay that remembers what it has not published yet is found out', async () => {
    const { code, summary } = await crashPoints(
      ...['--only', 'shop-relay/relay.publishing', '--mutant', 'the-relay-remembers-before-it-publishes'],
    );
    expect(code).toBe(1);
    expect(summary.failed[0]?.why.join()).toContain('lost');
  });

  test('a parking that is emptied before its effect is found out', async () => {
    const { code, summary } = await crashPoints(
      ...['--only', 'crm-consumer/consumer.redriving', '--mutant', 'the-parking-is-emptied-before-its-effect'],
    );
    expect(code).toBe(1);
    expect(summary.failed[0]?.why.join()).toContain('lost');
  });
}
