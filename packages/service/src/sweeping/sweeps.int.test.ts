// The first import registers the metrics SDK before anything records into it.

import { waitFor } from '@bezel/local/testing';
import { afterEach, expect, test } from '@jest/globals';
import { metricsText } from '../telemetry/index.ts';
import { type RunningSweeps, type Sweep, type Swept, startSweeps } from './sweeps.ts';

let running: RunningSweeps | undefined;
afterEach(() => running?.stop());

const figure = async (name: string, sweeper: string): Promise<number> => {
  const lines = (await metricsText()).split('\n');
  return Number(
    lines.find((line) => line.startsWith(`${name}{`) && line.includes(`sweeper="${sweeper}"`))?.split(' ')[1],
  );
};
const NOTHING: Swept = { swept: 0, waiting: 0, oldestMs: 0 };
const sweep = (name: string, look: Sweep['look'], everyMs = 10): Sweep => ({ name, everyMs, look });

test('a sweep looks again and again, says what it found, and goes on after a look that failed', async () => {
  let looks = 0;
  running = startSweeps('shop', [
    sweep('clumsy', async () => {
      looks++;
      if (looks === 2) throw new Error('the database is away');
      return { swept: 2, waiting: 3, oldestMs: 4_000 };
    }),
  ]);
  await waitFor('four looks', async () => looks >= 4);
  expect(await figure('bezel_sweeper_oldest_seconds', 'clumsy')).toBe(4);
  expect(await figure('bezel_sweeper_waiting', 'clumsy')).toBe(3);
  expect(await figure('bezel_sweeper_swept_total', 'clumsy')).toBeGreaterThanOrEqual(4);
});

test('no look that fails, hangs or is elsewhere makes a sweep look alive', async () => {
  const hanging = new AbortController();
  running = startSweeps('shop', [
    sweep('fine', async () => NOTHING),
    sweep('failing', () => Promise.reject(new Error('no'))),
    sweep('elsewhere', async () => 'elsewhere'),
    sweep('hanging', (signal) => {
      signal.addEventListener('abort', () => hanging.abort());
      return new Promise((resolve) => hanging.signal.addEventListener('abort', () => resolve(NOTHING)));
    }),
  ]);
  await waitFor('the others to grow old', async () => {
    const ages = await Promise.all(
      ['failing', 'elsewhere', 'hanging'].map((name) => figure('bezel_sweeper_age_seconds', name)),
    );
    return ages.every((age) => age > 1);
  });
  expect(await figure('bezel_sweeper_age_seconds', 'fine')).toBeLessThan(
    await figure('bezel_sweeper_age_seconds', 'failing'),
  );
  // Stopping tells the look under way, and waits for it.
  await running.stop();
  expect(hanging.signal.aborted).toBe(true);
});
