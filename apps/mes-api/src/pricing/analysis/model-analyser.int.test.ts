import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ModelRef } from '@bezel/contracts';
import { FROM_SOURCES, waitFor } from '@bezel/local/testing';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createMesDatabase, type MesTestDatabase } from '../../testing/mes-database.ts';
import { binaryStl, cube, type Triangle, torus } from '../../testing/shapes.ts';
import { CLIENT, type ShopDouble, startShopDouble } from '../../testing/shop-double.ts';
import { ANALYSER_VERSION } from '../geometry/analyse-model.ts';
import { AnalysisThreads, type AnalysisThreadsOptions } from '../geometry/analysis-threads.ts';
import { AccessTokens } from '../model/access-token.ts';
import { ModelAnalyser } from './model-analyser.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(180_000);

const { signal: forever } = new AbortController();
/** Short, so that a killed process is found dead soon. */
const SHORT_HOLD_MS = 1_500;

let database: MesTestDatabase;
let shop: ShopDouble;
let tokens: AccessTokens;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  database = stack.use(await createMesDatabase());
  shop = stack.use(await startShopDouble());
  tokens = new AccessTokens({ tokenUrl: shop.tokenUrl, ...CLIENT });
});
afterEach(() => stack.disposeAsync());

/** What a process of the pricing has: threads and a memory of its own, and the common database. */
function aProcess(options: Partial<AnalysisThreadsOptions> = {}): ModelAnalyser {
  const threads = stack.use(new AnalysisThreads({ threads: 1, ...options }));
  return new ModelAnalyser({ db: database.kysely, source: { shopUrl: shop.url, tokens }, threads });
}

const attempts = async ({ sha256 }: ModelRef) =>
  (
    await database.pool.query(
      'SELECT begun, crashes, last_crash, held_by IS NOT NULL AS held FROM model_analysis_attempt WHERE sha256 = $1',
      [sha256],
    )
  ).rows[0];

const crashedBefore = ({ sha256 }: ModelRef, times: number, minutesAgo = 0) =>
  database.pool.query(
    `INSERT INTO model_analysis_attempt (sha256, analyser_version, begun, crashes, crashed_at)
     VALUES ($1, $2, $3, $3, now() - $4 * interval '1 minute')`,
    [sha256, ANALYSER_VERSION, times, minutesAgo],
  );

/** A body whose one wrongly wound face makes the analysis look at every edge: far more heap than its clean twin. */
function hungry(): Triangle[] {
  const [[a, b, c], ...rest] = torus(10, 2) as [Triangle, ...Triangle[]];
  return [[a, c, b], ...rest];
}

describe('a model', () => {
  test('that two processes are asked for at once is analysed by one of them', async () => {
    const model = shop.store(binaryStl(torus(10, 2)));
    const [one, other] = [aProcess(), aProcess()];
    const [first, second] = await Promise.all([one.analyse(model, forever), other.analyse(model, forever)]);
    expect(first).toMatchObject({ geometry: { triangles: 40_000 } });
    expect(second).toEqual(first);
    expect(await attempts(model)).toEqual({ begun: 1, crashes: 0, last_crash: null, held: false });
  });

  test('whose analysis is given up by one process is analysed by the other that waits for it', async () => {
    const model = shop.store(binaryStl(torus(10, 2, { rows: 300, columns: 150 })));
    const [one, other] = [aProcess(), aProcess()];
    const cancel = new AbortController();
    const first = one.analyse(model, cancel.signal);
    await waitFor('the first to begin', async () => (await attempts(model))?.held);
    const second = other.analyse(model, forever);
    cancel.abort(new Error('cancelled'));
    await expect(first).rejects.toThrow();
    expect(await second).toMatchObject({ geometry: { triangles: 90_000 } });
    expect(await attempts(model)).toEqual({ begun: 2, crashes: 0, last_crash: null, held: false });
  });
});

describe('a model that takes its thread down', () => {
  test('is rejected after three times, in words; the process and the other models live', async () => {
    const poison = shop.store(binaryStl(hungry()));
    const analyser = aProcess({ threads: 2, heapMb: 16 });
    for (const crashes of [1, 2]) {
      await expect(analyser.analyse(poison, forever)).rejects.toMatchObject({
        code: 'ANALYSIS_CRASHED',
        message: expect.stringMatching(/memory limit/),
      });
      expect(await attempts(poison)).toMatchObject({ begun: crashes, crashes, held: false });
    }
    // Two others come while it is tried for the last time.
    const others = [cube(10), torus(10, 3)].map((shape) => shop.store(binaryStl(shape)));
    const [last, ...measured] = await Promise.all([poison, ...others].map((model) => analyser.analyse(model, forever)));
    expect(last).toEqual({ rejected: expect.stringMatching(/^The model could not be measured.*Please repair/) });
    for (const analysis of measured) expect(analysis).toHaveProperty('geometry');
    expect(await attempts(poison)).toMatchObject({
      begun: 3,
      held: false,
      last_crash: expect.stringMatching(/memory/),
    });
    for (const other of others) expect(await attempts(other)).toMatchObject({ begun: 1, crashes: 0 });
    // For the next order it is tried once: rejected again where it still crashes, measured where it does not.
    expect(await analyser.analyse(poison, forever)).toEqual(last);
    expect(await attempts(poison)).toMatchObject({ begun: 4, held: false });
    expect(await aProcess().analyse(poison, forever)).toMatchObject({ geometry: { triangles: 40_000 } });
  });

  test('is given all its tries again an hour after the last crash, and not before', async () => {
    const [recent, old] = [torus(10, 2), torus(10, 3)].map((shape) => shop.store(binaryStl(shape))) as [
      ModelRef,
      ModelRef,
    ];
    await crashedBefore(recent, 2, 59);
    await crashedBefore(old, 2, 61);
    for (const { sha256 } of [recent, old]) {
      // A third process died over it, right after.
      await database.pool.query(
        'UPDATE model_analysis_attempt SET held_by = gen_random_uuid(), held_until = crashed_at WHERE sha256 = $1',
        [sha256],
      );
    }
    expect(await aProcess().analyse(recent, forever)).toHaveProperty('rejected');
    expect(await aProcess().analyse(old, forever)).toHaveProperty('geometry');
    expect(await attempts(old)).toMatchObject({ crashes: 0, held: false });
  });

  test('is measured alone from then on: it waits for those that are being measured', async () => {
    const [large, suspect] = [torus(10, 2, { rows: 300, columns: 150 }), cube(10)].map((shape) =>
      shop.store(binaryStl(shape)),
    ) as [ModelRef, ModelRef];
    await crashedBefore(suspect, 1);
    const analyser = aProcess({ threads: 2 });
    const done: string[] = [];
    const measuring = analyser.analyse(large, forever).then(() => done.push('large'));
    await waitFor('the large one to begin', async () => (await attempts(large))?.held);
    // A cube is measured in no time, on the other thread, if it need not wait.
    expect(await analyser.analyse(suspect, forever)).toHaveProperty('geometry');
    done.push('suspect');
    await measuring;
    expect(done).toEqual(['large', 'suspect']);
  });

  test('is measured when the next process has the memory for it', async () => {
    const model = shop.store(binaryStl(hungry()));
    await expect(aProcess({ heapMb: 16 }).analyse(model, forever)).rejects.toMatchObject({ code: 'ANALYSIS_CRASHED' });
    expect(await aProcess().analyse(model, forever)).toMatchObject({ geometry: { triangles: 40_000 } });
    expect(await attempts(model)).toMatchObject({ begun: 2, crashes: 1, held: false });
  });
});

describe('a process that dies in the middle of an analysis', () => {
  async function killedWhileMeasuring(model: ModelRef): Promise<void> {
    const before = (await attempts(model))?.begun ?? 0;
    const program = fileURLToPath(new URL('../../testing/measuring.ts', import.meta.url));
    const args = [program, database.url, shop.url, JSON.stringify(model), String(SHORT_HOLD_MS)];
    const child: ChildProcess = spawn(process.execPath, [...FROM_SOURCES.nodeOptions, ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...FROM_SOURCES.env },
    });
    const ended = once(child, 'exit');
    try {
      await waitFor('the process to begin', async () => (await attempts(model))?.begun > before, {
        deadlineMs: 90_000,
      });
    } finally {
      child.kill('SIGKILL');
    }
    expect((await ended)[1]).toBe('SIGKILL');
    expect(await attempts(model)).toMatchObject({ begun: before + 1, held: true });
  }

  test('is found dead, and another one measures the model', async () => {
    const model = shop.store(binaryStl(torus(10, 2, { rows: 300, columns: 150 })));
    await killedWhileMeasuring(model);
    expect(await aProcess().analyse(model, forever)).toMatchObject({ geometry: { triangles: 90_000 } });
    expect(await attempts(model)).toMatchObject({ begun: 2, crashes: 1, last_crash: 'the process died', held: false });
  });

  test('for the third time over the same model: the order is rejected, and the next one is not', async () => {
    const model = shop.store(binaryStl(torus(10, 2, { rows: 300, columns: 150 })));
    await crashedBefore(model, 2);
    await killedWhileMeasuring(model);
    expect(await aProcess().analyse(model, forever)).toEqual({
      rejected: expect.stringMatching(/^The model could not/),
    });
    expect(await attempts(model)).toMatchObject({ begun: 4, held: false });
    // The next order of these bytes is not rejected for that.
    expect(await aProcess().analyse(model, forever)).toMatchObject({ geometry: { triangles: 90_000 } });
  });
});
