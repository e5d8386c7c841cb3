import { setTimeout as delay } from 'node:timers/promises';
import { afterExit, type BackOff, DEFAULT_BACK_OFF, NO_FAILURES, type RestartHistory } from './back-off.ts';
import type { Journal } from './journal.ts';
import { DEFAULT_LIVENESS, hangs, type Liveness } from './liveness.ts';
import type { Running, Unit } from './unit.ts';

/** A unit as it is now. */
export interface UnitStatus {
  readonly name: string;
  readonly roles: readonly string[];
  readonly urls?: Readonly<Record<string, string>>;
  readonly pid: number | null;
  readonly container: string | null;
  /** How often it was started again since it was first started. */
  readonly restarts: number;
}

/** A run of a unit that ended without having been asked to. */
export interface UnitEnd {
  readonly name: string;
  readonly pid: number | null;
  /** In words: "SIGKILL", "exit code 1". */
  readonly reason: string;
}

export interface SupervisorOptions {
  /** Where each launch is recorded, for the start after one that was killed. */
  readonly journal?: Journal;
  /** Told in words what happens: an end, a restart. */
  readonly onEvent?: (line: string) => void;
  /** Told of each end, before the unit is started again. */
  readonly onEnd?: (end: UnitEnd) => void;
  /** What to show of a unit that does not come up, usually the end of its log. */
  readonly explain?: (name: string) => string;
  readonly backOff?: BackOff;
  /** How units that may hang are asked. */
  readonly liveness?: Liveness;
  /** How long a unit may take to answer its probe when first started. */
  readonly readyWithinMs?: number;
  /** How long a unit may take to end before it is killed. */
  readonly graceMs?: number;
}

/** A unit did not come up; `detail` holds the end of its log. */
export class UnitNotReadyError extends Error {
  readonly code = 'UNIT_NOT_READY';

  constructor(name: string, why: string, detail: string) {
    super(`${name} did not come up: ${why}${detail === '' ? '' : `\n${detail}`}`);
    this.name = 'UnitNotReadyError';
  }
}

interface Supervised {
  readonly unit: Unit;
  readonly wave: number;
  running: Running | null;
  restarts: number;
  history: RestartHistory;
  /** It is being ended for good. */
  ending: boolean;
  /** Settles when the unit is up no more and will not be started again. */
  watch: Promise<void>;
}

/**
 * Keeps units running. Units are started in waves: those of one wave at the same time, and each wave is stopped before
 * the waves it was built on. A unit that ends is started again after a back-off, until {@link Supervisor.stop}; so is one
 * that may hang and does, which is ended first.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #units: Supervised[] = [];
  readonly #stopping = new AbortController();
  #wave = 0;
  #onChange: (units: readonly UnitStatus[]) => void = () => {};

  constructor(options: SupervisorOptions = {}) {
    this.#options = options;
  }

  /** Every unit, in the order they were started. */
  get units(): readonly UnitStatus[] {
    return this.#units.map(({ unit, running, restarts }) => ({
      name: unit.name,
      roles: unit.roles,
      ...(unit.urls === undefined ? {} : { urls: unit.urls }),
      pid: running?.pid ?? null,
      container: running?.container ?? null,
      restarts,
    }));
  }

  /** Tells `listener`, from now on, whenever a unit got another pid, container or count of restarts. */
  watch(listener: (units: readonly UnitStatus[]) => void): void {
    this.#onChange = listener;
  }

  /** A number for the next wave; give it to every {@link Supervisor.start} whose units may end at the same time. */
  nextWave(): number {
    this.#wave += 1;
    return this.#wave;
  }

  /** Starts units and settles when each answers its probe. Throws {@link UnitNotReadyError} otherwise. */
  async start(units: readonly Unit[], wave = this.nextWave()): Promise<void> {
    const added = units.map(
      (unit): Supervised => ({
        unit,
        wave,
        running: null,
        restarts: 0,
        history: NO_FAILURES,
        ending: false,
        watch: Promise.resolve(),
      }),
    );
    this.#units.push(...added);
    await Promise.all(
      added.map(async (supervised) => {
        this.#stopping.signal.throwIfAborted();
        const launched = this.#launch(supervised);
        supervised.watch = launched.then(
          () => this.#keepRunning(supervised),
          () => {}, // told by `launched` itself
        );
        await launched;
        await this.#ready(supervised);
      }),
    );
  }

  /** Ends units of these names, all at the same time, and forgets them; the others go on. */
  async end(names: readonly string[]): Promise<void> {
    const leaving = this.#units.filter(({ unit }) => names.includes(unit.name));
    await Promise.all(
      leaving.map(async (supervised) => {
        supervised.ending = true;
        await supervised.running?.stop(this.#options.graceMs ?? 10_000);
        await supervised.watch;
        this.#units.splice(this.#units.indexOf(supervised), 1);
      }),
    );
    this.#onChange(this.units);
  }

  /** Ends everything, later waves first. Settles when nothing is left, not even of a launch that was still under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const waves = [...new Set(this.#units.map(({ wave }) => wave))].sort((a, b) => b - a);
    for (const wave of waves) {
      await Promise.all(
        this.#units
          .filter((supervised) => supervised.wave === wave)
          .map(async (supervised) => {
            await supervised.running?.stop(this.#options.graceMs ?? 10_000);
            await supervised.watch;
          }),
      );
    }
  }

  /** Ends everything at once, in no order. */
  kill(): void {
    this.#stopping.abort();
    for (const { running } of this.#units) {
      running?.kill();
    }
  }

  async #launch(supervised: Supervised): Promise<void> {
    const { unit, wave } = supervised;
    const { journal } = this.#options;
    const running = await unit.launch((found) => journal?.record({ name: unit.name, wave, ...found }));
    supervised.running = running;
    this.#onChange(this.units);
    if (this.#stopping.signal.aborted || supervised.ending) {
      await running.stop(0);
    }
  }

  async #keepRunning(supervised: Supervised): Promise<void> {
    const { signal } = this.#stopping;
    const { name } = supervised.unit;
    while (supervised.running !== null) {
      const since = performance.now();
      const { pid } = supervised.running;
      const reason = await this.#ended(supervised.unit, supervised.running);
      supervised.running = null;
      this.#options.journal?.forget(name);
      if (signal.aborted || supervised.ending) {
        return;
      }
      this.#options.onEnd?.({ name, pid, reason });
      const next = afterExit(supervised.history, performance.now() - since, this.#options.backOff ?? DEFAULT_BACK_OFF);
      supervised.history = next.history;
      this.#options.onEvent?.(`${name} ended (${reason}); starting it again in ${next.waitMs} ms`);
      this.#onChange(this.units);
      await this.#launchAgain(supervised, next.waitMs);
    }
  }

  /** Settles when the run has ended, by itself or because it hung, with the reason in words. */
  async #ended({ name, probe, mayHang }: Unit, running: Running): Promise<string> {
    if (mayHang !== true) return running.ended;
    const { onEvent, liveness = DEFAULT_LIVENESS, graceMs = 10_000 } = this.#options;
    const watching = new AbortController();
    const watch = async (): Promise<void> => {
      const failure = await hangs(probe, liveness, watching.signal);
      if (failure === null) return;
      onEvent?.(`${name} runs and does not do its work (${failure.message}); ending it`);
      await running.stop(graceMs);
    };
    watch().catch((error: Error) => onEvent?.(`${name} cannot be ended: ${error.message}`));
    const reason = await running.ended; // a probe that is still asked is not waited for
    watching.abort();
    return reason;
  }

  /** A launch that fails (a port not free yet, say) is one more early end. */
  async #launchAgain(supervised: Supervised, waitMs: number): Promise<void> {
    const { signal } = this.#stopping;
    let wait = waitMs;
    while (!signal.aborted && !supervised.ending) {
      await delay(wait, undefined, { signal }).catch(() => {});
      if (signal.aborted || supervised.ending) {
        return;
      }
      try {
        supervised.restarts += 1;
        await this.#launch(supervised);
        return;
      } catch (error) {
        const next = afterExit(supervised.history, 0, this.#options.backOff ?? DEFAULT_BACK_OFF);
        supervised.history = next.history;
        wait = next.waitMs;
        this.#options.onEvent?.(`${supervised.unit.name}: ${(error as Error).message}; again in ${wait} ms`);
      }
    }
  }

  async #ready(supervised: Supervised): Promise<void> {
    const { unit } = supervised;
    const within = this.#options.readyWithinMs ?? 90_000;
    const deadline = performance.now() + within;
    const { signal } = this.#stopping;
    for (;;) {
      signal.throwIfAborted();
      try {
        await unit.probe();
        return;
      } catch (error) {
        const { failures } = supervised.history;
        if (performance.now() > deadline || failures > 3) {
          const why =
            failures > 3
              ? `it ended ${failures} times`
              : `${(error as Error).message} after ${Math.round(within / 1_000)} s`;
          throw new UnitNotReadyError(unit.name, why, this.#options.explain?.(unit.name) ?? '');
        }
        await delay(50, undefined, { signal }).catch(() => {});
      }
    }
  }
}
