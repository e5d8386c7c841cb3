import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runJsonCommand, temporaryStackState } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';

jest.setTimeout(600_000);

const PROGRAM = fileURLToPath(new URL('../bin/bench.ts', import.meta.url));
const RESULTS = new URL('../../RESULTS.md', import.meta.url);
const results = (): string => (existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '');

const full = process.env['BEZEL_TEST_FULL'] === '1';
const title = 'npm run bench -- audit';

(full ? describe : describe.skip)(full ? title : `${title} [skipped: runs in npm run test:full]`, () => {
  test('a small run on servers of its own: every order accounted for, every figure, no results when told so', async () => {
    await using state = temporaryStackState();
    const before = results();
    const { code, summary, told } = await runJsonCommand<Record<string, number>>(
      PROGRAM,
      ['audit', '--orders', '20,200', '--workflows', '5', '--json', '--no-results'],
      { BEZEL_STATE: state.path },
    );
    expect({ code, told }).toEqual({ code: 0, told: expect.stringMatching(/200 orders audited/) });
    expect(Object.keys(summary)).toEqual([
      ...['seconds', 'peakMb', 'ordersPerS', 'workflowsPerS', 'passSeconds', 'passPeakMb'],
    ]);
    expect(Math.min(...Object.values(summary))).toBeGreaterThan(0);
    expect(results()).toBe(before);
    expect(existsSync(`${state.path}/bench/running.json`)).toBe(false);
  });
});
