import { extname } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { AnalysisPhase } from './analyse-model.ts';
import type { AnalysisTask, ModelAnalysis } from './analysis-thread.ts';

/** An idle thread ends after this: it gives back the memory of the largest model it has seen. */
const IDLE_MS = 30_000;

/**
 * The largest model the shop takes needs some 20 s. What goes on for this long would go on in every attempt. It is time
 * on a processor, so that a frozen or starved machine rejects nothing.
 */
const LIMIT_CPU_MS = 5 * 60_000;
const LOOK_EVERY_MS = 500;
const TOO_COMPLICATED = 'The model is too complicated to be measured. Please simplify it and send it again.';

/**
 * Threads that measure models, so that the event loop stays free for heartbeats and health checks.
 *
 * @example
 * await using threads = new AnalysisThreads({ threads: 2 });
 * const analysis = await threads.analyse(bytes, { signal, onPhase: heartbeat });
 */
export class AnalysisThreads implements AsyncDisposable {
  readonly #pool: Piscina<AnalysisTask, ModelAnalysis>;
  readonly #limitCpuMs: number;

  /** `limitCpuMs`: a model that takes longer is rejected. Default 300,000. */
  constructor({ threads, limitCpuMs = LIMIT_CPU_MS }: { readonly threads: number; readonly limitCpuMs?: number }) {
    this.#limitCpuMs = limitCpuMs;
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
   * is empty afterwards. When `signal` aborts, the thread is ended in the middle of its work and the promise rejects. A
   * model that never comes to an end is rejected.
   */
  async analyse(
    file: Uint8Array<ArrayBuffer>,
    { signal, onPhase }: { readonly signal: AbortSignal; readonly onPhase: (phase: AnalysisPhase) => void },
  ): Promise<ModelAnalysis> {
    const { port1: told, port2: phases } = new MessageChannel();
    const limit = new AbortController();
    const watching = this.#abortAtLimit(limit);
    told.on('message', (phase: AnalysisPhase) => {
      watching.begin();
      onPhase(phase);
    });
    try {
      return await this.#pool.run(
        { file, phases },
        { signal: AbortSignal.any([signal, limit.signal]), transferList: [file.buffer, phases] },
      );
    } catch (error) {
      if (limit.signal.aborted && !signal.aborted) return { rejected: TOO_COMPLICATED };
      throw error;
    } finally {
      watching.end();
      told.close();
    }
  }

  /** Counts from `begin`, the processor time of the whole process: other threads may make it end a little earlier. */
  #abortAtLimit(limit: AbortController): { begin: () => void; end: () => void } {
    let timer: NodeJS.Timeout | undefined;
    return {
      begin: () => {
        if (timer !== undefined) return;
        const begun = process.cpuUsage();
        timer = setInterval(() => {
          const { user, system } = process.cpuUsage(begun);
          if ((user + system) / 1_000 > this.#limitCpuMs) limit.abort();
        }, LOOK_EVERY_MS);
      },
      end: () => clearInterval(timer),
    };
  }

  /** Ends all threads; work that is under way is lost and rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}
