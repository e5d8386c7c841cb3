import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ModelRef } from '@bezel/contracts';
import { failpoint, log } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { MesDatabase } from '../../database/mes-database.ts';
import { MES_FAILPOINTS } from '../../failpoints.ts';
import type { ModelAnalysis } from '../geometry/analysis-thread.ts';
import { AnalysisCrashedError, type AnalysisThreads } from '../geometry/analysis-threads.ts';
import { fetchModel, type ModelSource } from '../model/fetch-model.ts';
import { type Attempt, begin, end, hold, lookUp, MOST_CRASHES, remember } from './attempts.ts';
import { OnceAtATime } from './once-at-a-time.ts';
import type { Phase } from './phase.ts';

/** Said of one order and not remembered of the model: what crashed may have been ours. */
const CRASHES_EACH_TIME: ModelAnalysis = {
  rejected:
    'The model could not be measured: our program failed at it each time we tried. Please repair or simplify the model, export it again as STL and order anew.',
};

/** A process that was not heard of for so long is dead, and another one takes its model over. */
const HOLD_MS = 20_000;
/** How often one looks whether another process is done with a model. */
const LOOK_EVERY_MS = 500;

export interface ModelAnalyserOptions {
  readonly db: Kysely<MesDatabase>;
  readonly source: ModelSource;
  readonly threads: AnalysisThreads;
  /** Default: 20,000. */
  readonly holdMs?: number;
}

/**
 * Measures models, each once: by its SHA-256, whoever asks in any process over one database.
 *
 * A model that takes its thread down (out of memory, a fault in the mesh library), or the whole process, is tried three
 * times in all and then rejected: that order alone, for the next one it is tried again. From its first crash on it is
 * measured alone, so that no other model dies with it.
 *
 * @example
 * const analyser = new ModelAnalyser({ db, source, threads });
 * const analysis = await analyser.analyse(order.model, signal);
 */
export class ModelAnalyser {
  readonly #options: Required<ModelAnalyserOptions>;
  readonly #once = new OnceAtATime<ModelAnalysis>();
  readonly #phases = new Map<string, Phase>();

  constructor(options: ModelAnalyserOptions) {
    this.#options = { holdMs: HOLD_MS, ...options };
  }

  /** What is being done for a model right now, by this process or, as far as it is known, by another. */
  phaseOf({ sha256 }: Pick<ModelRef, 'sha256'>): Phase {
    return this.#phases.get(sha256) ?? 'fetching';
  }

  /**
   * @throws the signal's reason once it aborts; {@link AnalysisCrashedError} when the model took its thread down, which
   * is counted; and what goes wrong with systems, which is not. Trying again is right.
   */
  analyse(model: ModelRef, signal: AbortSignal): Promise<ModelAnalysis> {
    return this.#once.run(model.sha256, signal, async () => {
      try {
        return await this.#analyse(model, signal);
      } finally {
        this.#phases.delete(model.sha256);
      }
    });
  }

  async #analyse(model: ModelRef, signal: AbortSignal): Promise<ModelAnalysis> {
    const { db, source, threads } = this.#options;
    const { sha256 } = model;
    let file: Uint8Array<ArrayBuffer> | undefined;
    for (;;) {
      const known = await lookUp(db, sha256);
      if (known.analysis !== undefined) return known.analysis;
      if (known.measuredElsewhere !== undefined) {
        this.#phases.set(sha256, known.measuredElsewhere);
        await delay(LOOK_EVERY_MS, undefined, { signal });
        continue;
      }
      if (file === undefined) {
        this.#phases.set(sha256, 'fetching');
        file = await fetchModel(source, model, signal);
      }
      this.#phases.set(sha256, 'waiting');
      // The place first: what is on record as begun has a thread.
      using _slot = await threads.slots.enter({ alone: known.suspect, signal });
      const analysis = await this.#attempt(sha256, file, { alone: known.suspect, signal });
      if (analysis !== undefined) return analysis;
    }
  }

  /** Undefined when it is another's turn, or the model turned out to be one that must be alone. */
  async #attempt(
    sha256: string,
    file: Uint8Array<ArrayBuffer>,
    { alone, signal }: { readonly alone: boolean; readonly signal: AbortSignal },
  ): Promise<ModelAnalysis | undefined> {
    const { db, threads, holdMs } = this.#options;
    const attempt: Attempt = { sha256, holder: randomUUID() };
    const crashes = await begin(db, attempt, holdMs);
    if (crashes === undefined) return undefined;
    let crash: AnalysisCrashedError | undefined;
    const holding = setInterval(() => {
      // The database away for a moment: the next one holds it.
      hold(db, attempt, { holdMs, phase: this.phaseOf({ sha256 }) }).catch(() => undefined);
    }, holdMs / 4);
    try {
      if (crashes >= MOST_CRASHES) return CRASHES_EACH_TIME;
      if (crashes > 0 && !alone) return undefined;
      await failpoint(MES_FAILPOINTS.analysisBegun, { type: 'analysis' });
      const onPhase = (phase: Phase) => this.#phases.set(sha256, phase);
      return await this.#conclude(sha256, await threads.analyse(file, { signal, onPhase }));
    } catch (error) {
      if (!(error instanceof AnalysisCrashedError)) throw error;
      crash = error;
      log.error({ err: error, 'event.action': 'analysis-crashed', 'bezel.model.sha256': sha256 }, error.message);
      if (crashes + 1 < MOST_CRASHES) throw error;
      return CRASHES_EACH_TIME;
    } finally {
      clearInterval(holding);
      await this.#end(attempt, crash);
    }
  }

  /** Not being able to say so changes no answer. The attempt then counts as abandoned, which it is. */
  async #end(attempt: Attempt, crash: AnalysisCrashedError | undefined): Promise<void> {
    try {
      await end(this.#options.db, attempt, crash?.message);
    } catch (error) {
      log.warn({ err: error, 'event.action': 'analysis-not-ended' }, 'the end of an analysis could not be recorded');
    }
  }

  async #conclude(sha256: string, analysis: ModelAnalysis): Promise<ModelAnalysis> {
    await failpoint(MES_FAILPOINTS.analysisMeasured, { type: 'analysis', data: analysis });
    await remember(this.#options.db, sha256, analysis);
    await failpoint(MES_FAILPOINTS.analysisRemembered, { type: 'analysis', data: analysis });
    return analysis;
  }
}
