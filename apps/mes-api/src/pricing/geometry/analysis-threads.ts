import { extname } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { log } from '@bezel/service';
import { Piscina } from 'piscina';
import type { AnalysisPhase } from './analyse-model.ts';
import type { AnalysisTask, ModelAnalysis } from './analysis-thread.ts';
import { Slots } from './slots.ts';

/** An idle thread ends after this: it gives back the memory of the largest model it has seen. */
const IDLE_MS = 30_000;

/**
 * The largest model the shop takes needs some 20 s. What goes on for this long would go on in every attempt. It is time
 * on a processor, so that a frozen or starved machine rejects nothing.
 */
const LIMIT_CPU_MS = 5 * 60_000;
const LOOK_EVERY_MS = 500;

/**
 * The heap of a thread at most. A model of 50 MB that is sound needs little; one with a wrongly wound face needs more than
 * 300 MB, because all its edges are looked at. What a thread needs beside its heap (typed arrays, the mesh library's memory)
 * goes with the size of the file.
 */
const HEAP_MB = 1024;

const TOO_COMPLICATED = 'The model is too complicated to be measured. Please simplify it and send it again.';

export interface AnalysisThreadsOptions {
  readonly threads: number;
  /** A model that takes longer is rejected. Default 300,000. */
  readonly limitCpuMs?: number;
  /** The heap of a thread at most, in MB. Default 1024. */
  readonly heapMb?: number;
}

/** A model took its thread down, or what measures it failed at it. It would probably do so again. */
export class AnalysisCrashedError extends Error {
  override readonly name = 'AnalysisCrashedError';
  readonly code = 'ANALYSIS_CRASHED';
  readonly retryable = true;

  constructor(cause: unknown) {
    super(`the analysis of a model crashed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * Threads that measure models, so that the event loop stays free for heartbeats and health checks.
 *
 * @example
 * await using threads = new AnalysisThreads({ threads: 2 });
 * const analysis = await threads.analyse(bytes, { signal, onPhase: heartbeat });
 */
export class AnalysisThreads implements AsyncDisposable {
  /** One place a thread. Whoever enters before {@link analyse} finds a thread free, and is alone if it has to be. */
  readonly slots: Slots;
  readonly #limitCpuMs: number;
  readonly #open: () => Piscina<AnalysisTask, ModelAnalysis>;
  #pool: Piscina<AnalysisTask, ModelAnalysis>;
  #running = 0;
  #ended = false;

  constructor({ threads, limitCpuMs = LIMIT_CPU_MS, heapMb = HEAP_MB }: AnalysisThreadsOptions) {
    this.slots = new Slots(threads);
    this.#limitCpuMs = limitCpuMs;
    this.#open = () =>
      new Piscina<AnalysisTask, ModelAnalysis>({
        // The same file beside this one, be it the source or what was built from it.
        filename: new URL(`./analysis-thread${extname(import.meta.url)}`, import.meta.url).href,
        minThreads: 0,
        maxThreads: threads,
        idleTimeout: IDLE_MS,
        resourceLimits: { maxOldGenerationSizeMb: heapMb },
      }).on('error', (error: Error) => this.#replacePool(error));
    this.#pool = this.#open();
  }

  /**
   * A thread died that had no model: it could not even start, or it died when it was done. The pool would start no other
   * and leave those who wait for one waiting; so there is a new pool, and those who wait are told to try again.
   */
  #replacePool(error: Error): void {
    log.error({ err: error, 'event.action': 'analysis-thread-died' }, 'a thread for analyses died without a model');
    const dead = this.#pool;
    this.#pool = this.#open();
    void dead.destroy();
  }

  /**
   * Measures a model on a free thread, or on the next one to come free. `file` is moved to the thread: the caller's view
   * is empty afterwards. When `signal` aborts, the thread is ended in the middle of its work and the promise rejects. A
   * model that never comes to an end is rejected.
   *
   * @throws {@link AnalysisCrashedError} when the thread died of the model, or what runs on it failed at it. The process
   * and the other threads go on. A thread that could not even begin is another matter, and throws what was in its way.
   */
  async analyse(
    file: Uint8Array<ArrayBuffer>,
    { signal, onPhase }: { readonly signal: AbortSignal; readonly onPhase: (phase: AnalysisPhase) => void },
  ): Promise<ModelAnalysis> {
    const { port1: told, port2: phases } = new MessageChannel();
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const limit = new AbortController();
    const watching = this.#abortAtLimit(limit);
    const pool = this.#pool;
    told.on('message', (phase: AnalysisPhase) => {
      watching.begin();
      onPhase(phase);
    });
    try {
      return await pool.run(
        { file, phases, begun },
        { signal: AbortSignal.any([signal, limit.signal]), transferList: [file.buffer, phases] },
      );
    } catch (error) {
      if (limit.signal.aborted && !signal.aborted) return { rejected: TOO_COMPLICATED };
      const stopped = signal.aborted || this.#ended || pool !== this.#pool;
      throw !stopped && Atomics.load(begun, 0) === 1 ? new AnalysisCrashedError(error) : error;
    } finally {
      watching.end();
      told.close();
    }
  }

  /**
   * Counts from `begin`. Node tells the processor time of the whole process and, while WebAssembly runs, of no single
   * thread; so what the process used between two looks is shared among the analyses that run.
   */
  #abortAtLimit(limit: AbortController): { begin: () => void; end: () => void } {
    let timer: NodeJS.Timeout | undefined;
    return {
      begin: () => {
        if (timer !== undefined) return;
        this.#running++;
        let looked = process.cpuUsage();
        let usedMs = 0;
        timer = setInterval(() => {
          const { user, system } = process.cpuUsage(looked);
          looked = process.cpuUsage();
          usedMs += (user + system) / 1_000 / this.#running;
          if (usedMs > this.#limitCpuMs) limit.abort();
        }, LOOK_EVERY_MS);
      },
      end: () => {
        if (timer === undefined) return;
        clearInterval(timer);
        this.#running--;
      },
    };
  }

  /** Ends all threads; work that is under way is lost and rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#pool.destroy();
  }
}
