import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { binaryStl, cube, type Triangle, torus } from '../../testing/shapes.ts';
import { AnalysisThreads } from './analysis-threads.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

/** As Node counts them: one that goes on working, whatever the pool believes, is among them. */
const threadsOfThisProcess = (): number =>
  (process.report.getReport() as unknown as { readonly workers: readonly unknown[] }).workers.length;

const quietly = { signal: new AbortController().signal, onPhase: () => {} };

describe('analysis on threads', () => {
  test('measures off this thread and tells its phases', async () => {
    await using threads = new AnalysisThreads({ threads: 1 });
    const phases: string[] = [];
    const analysis = await threads.analyse(binaryStl(cube(10)), { ...quietly, onPhase: (phase) => phases.push(phase) });
    expect(analysis).toMatchObject({ geometry: { volumeUm3: '1000000000000' } });
    expect(phases).toEqual(['reading', 'welding', 'closing', 'measuring']);
    // It stays for the next one, for a while.
    expect(threadsOfThisProcess()).toBe(1);
  });

  test('a rejection is an answer, with its reason', async () => {
    await using threads = new AnalysisThreads({ threads: 1 });
    expect(await threads.analyse(binaryStl(cube(10).slice(1)), quietly)).toEqual({
      rejected: expect.stringContaining('not closed'),
    });
  });

  test('a cancelled analysis ends at once, and the next one has a thread', async () => {
    await using threads = new AnalysisThreads({ threads: 1 });
    const cancel = new AbortController();
    const large = threads.analyse(binaryStl(torus(10, 2, { rows: 400, columns: 200 })), {
      signal: cancel.signal,
      onPhase: (phase) => phase === 'measuring' && cancel.abort(),
    });
    await expect(large).rejects.toMatchObject({ name: 'AbortError' });
    await waitFor('the thread to be gone', () => threadsOfThisProcess() === 0);
    expect(await threads.analyse(binaryStl(cube(10)), quietly)).toHaveProperty('geometry');
  });

  test('an analysis without an end is a rejection, and the next one has a thread', async () => {
    await using threads = new AnalysisThreads({ threads: 1, limitCpuMs: 100 });
    const endless = binaryStl(torus(10, 2, { rows: 1000, columns: 500 }));
    expect(await threads.analyse(endless, quietly)).toEqual({ rejected: expect.stringContaining('too complicated') });
    expect(await threads.analyse(binaryStl(cube(10)), quietly)).toHaveProperty('geometry');
  });

  test('a thread that dies of its model is an error of that analysis alone; the next one has a thread', async () => {
    await using threads = new AnalysisThreads({ threads: 1, heapMb: 16 });
    const [[a, b, c], ...rest] = torus(10, 2) as [Triangle, ...Triangle[]];
    // One wrongly wound face makes the analysis look at every edge: more heap than there is.
    await expect(threads.analyse(binaryStl([[a, c, b], ...rest]), quietly)).rejects.toMatchObject({
      code: 'ANALYSIS_CRASHED',
      cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    });
    expect(await threads.analyse(binaryStl([[a, b, c], ...rest]), quietly)).toHaveProperty('geometry');
  });

  test('a thread that cannot even start is no fault of the model, and ends neither the process nor the waiting', async () => {
    await using threads = new AnalysisThreads({ threads: 1, heapMb: 4 });
    const analyses = [1, 2].map(() => threads.analyse(binaryStl(cube(10)), quietly).catch((error) => error));
    for (const error of await Promise.all(analyses)) {
      expect(error).toHaveProperty('message');
      expect(error).not.toHaveProperty('code', 'ANALYSIS_CRASHED');
    }
  });

  test('a 50 MB model leaves the event loop free and tells how long it took', async () => {
    const model = binaryStl(torus(10, 2, { rows: 1000, columns: 500 }));
    expect(model.byteLength).toBeGreaterThan(50_000_000);
    await using threads = new AnalysisThreads({ threads: 1 });
    const begun = performance.now();
    let turns = 0;
    const turning = setInterval(() => turns++, 10);
    const analysis = await threads.analyse(model, quietly);
    clearInterval(turning);
    expect(analysis).toMatchObject({ geometry: { triangles: 1_000_000 } });
    console.info(`a 50 MB model: ${Math.round(performance.now() - begun)} ms`);
    expect(turns).toBeGreaterThan(10);
  });
});
