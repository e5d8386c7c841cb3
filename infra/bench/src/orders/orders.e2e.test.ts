import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runJsonCommand, temporaryStackState } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';

jest.setTimeout(600_000);

const PROGRAM = fileURLToPath(new URL('../bin/bench.ts', import.meta.url));
const RESULTS = new URL('../../RESULTS.md', import.meta.url);
const results = (): string => (existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '');

const full = process.env['BEZEL_TEST_FULL'] === '1';
const title = 'npm run bench -- orders';

(full ? describe : describe.skip)(full ? title : `${title} [skipped: runs in npm run test:full]`, () => {
  test('a small run on servers of its own: every figure, the servers ended, no results when told so', async () => {
    await using state = temporaryStackState();
    const before = results();
    const sizes = ['--orders', '4', '--rounds', '1', '--in-flight', '2', '--seconds', '1', '--temporal', 'dev'];
    const { code, summary, told } = await runJsonCommand<Record<string, number | null>>(
      PROGRAM,
      ['orders', ...sizes, '--json', '--no-results'],
      { BEZEL_STATE: state.path },
    );
    expect({ code, told }).toEqual({ code: 0, told: expect.stringMatching(/round 1 of 1: bare/) });
    expect(Object.keys(summary)).toEqual([
      ...['ordersPerS', 'bareOrdersPerS', 'ratio'],
      ...['eventsPerOrder', 'writesPerOrder', 'bareEventsPerOrder', 'bareWritesPerOrder'],
      ...['factToStatusP50Ms', 'factToStatusP99Ms', 'postP99Ms'],
    ]);
    const { factToStatusP50Ms, factToStatusP99Ms, ...rest } = summary;
    expect(Math.min(...Object.values(rest).map(Number))).toBeGreaterThan(0);
    // Twenty orders a second are more than some machines move: when none of their facts moved one in time, it is said so.
    for (const [name, figure] of Object.entries({ p50: factToStatusP50Ms, p99: factToStatusP99Ms })) {
      if (figure === null) expect(told).toContain(`**missed**: NaN ms ${name} from fact to status`);
      else expect(figure).toBeGreaterThan(0);
    }
    expect(results()).toBe(before);
    expect(existsSync(`${state.path}/bench/running.json`)).toBe(false);
  });
});
