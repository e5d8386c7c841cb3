import { extname } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { AnalysisPhase } from './analyse-model.ts';
import type { AnalysisTask, ModelAnalysis } from './analysis-thread.ts';

/** An idle thread ends after this: it gives back the memory of the largest model it has seen. */
const IDLE_MS = 30_000;

/**
 * Threads that measure models, so that the event loop stays free for heartbeats and health checks.
 *
 * @example
 * await using threads = new AnalysisThreads({ threads: 2 });
 * const analysis = await threads.analyse(bytes, { signal, onPhase: heartbeat });
 */
export class AnalysisThreads implements AsyncDisposable {
  readonly #pool: Piscina<AnalysisTask, ModelAnalysis>;

  constructor({ threads }: { readonly threads: number }) {
    this.#pool = new Piscina<AnalysisTask, ModelAnalysis>({
      // The same file beside this one, be it the source or what was built from it.
      filename: new URL(`./analysis-thread${extname(import.meta.url)}`, import.meta.url).href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
    });
  }

  /**
   * Measures a model on a free thread, or on the next one to come free. `file` is moved to the thread: the caller's view
   * is empty afterwards. When `signal` aborts, the thread is ended in the middle of its work and the promise rejects.
   */
  async analyse(
    file: Uint8Array<ArrayBuffer>,
    { signal, onPhase }: { readonly signal: AbortSignal; readonly onPhase: (phase: AnalysisPhase) => void },
  ): Promise<ModelAnalysis> {
    const { port1: told, port2: phases } = new MessageChannel();
    told.on('message', onPhase);
    try {
      return await this.#pool.run({ file, phases }, { signal, transferList: [file.buffer, phases] });
    } finally {
      told.close();
    }
  }

  /** Ends all threads; work that is under way is lost and rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}
