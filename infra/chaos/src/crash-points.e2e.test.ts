import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { temporaryStackState } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import type { CrashPointsSummary } from './crash-points/report.ts';

jest.setTimeout(3_600_000);

const COMMAND = path.join(import.meta.dirname, 'bin', 'crash-points.ts');

/** Runs it as `npm run crash-points` does, on servers and data of its own. */
async function crashPoints(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly summary: CrashPointsSummary; readonly told: string }> {
  await using state = temporaryStackState();
  const child = spawn(process.execPath, ['--conditions=@bezel/source', COMMAND, '--no-results', '--json', ...args], {
    env: { ...process.env, NODE_OPTIONS: '', BEZEL_STATE: state.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const last = output.stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`it ended with ${code} and no verdict:\n${output.stderr}`);
  expect(existsSync(path.join(state.path, 'crash-points', 'postgres'))).toBe(false);
  return { code, summary: JSON.parse(last) as CrashPointsSummary, told: output.stderr };
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
}
