import { GapTracker } from '../tracker/gap-tracker.ts';
import type { ReadAnswer, ReadPlan } from '../tracker/plan.ts';
import type { Range } from '../tracker/ranges.ts';
import type { TrackerLimits } from '../tracker/tracker-limits.ts';

/** What is explored: the tracker, or something simpler in its place. */
export interface Reader {
  plan(): ReadPlan;
  /** Takes in an answer, and says which of its numbers go to Kafka. */
  apply(plan: ReadPlan, answer: ReadAnswer): readonly number[];
  readonly cursor: number;
  holes(): Range[];
  /** All that it remembers, as text. */
  memory(): string;
}

export type MakeReader = (start: { cursor: number; holes: readonly Range[] }) => Reader;

/** The tracker as it is. */
export function gapTracker(limits: TrackerLimits): MakeReader {
  // Reads count up to the limit and no further: beyond it they make no difference, and states would never repeat.
  const counted = Math.max(limits.lookAfterReads, Number.isFinite(limits.restAfterReads) ? limits.restAfterReads : 1);
  return (start) => {
    const tracker = new GapTracker({ ...start, now: 0 }, limits);
    return {
      plan: () => tracker.plan(),
      apply(plan, answer) {
        tracker.apply(plan, answer, 0);
        return answer.seqs;
      },
      get cursor() {
        return tracker.cursor;
      },
      holes: () => tracker.holes(),
      memory: () =>
        JSON.stringify(tracker.memory(), (name, value) => (name === 'reads' ? Math.min(value, counted) : value)),
    };
  };
}

/**
 * A reader as a machine: each thing it may remember is a state with a number, and an answer leads from one to the next.
 * The reader's own code finds that out once for each state and answer, by taking in the answers that lead there.
 */
export class ReaderMachine {
  readonly #make: MakeReader;
  readonly #states: MachineState[] = [];
  readonly #byMemory = new Map<string, number>();
  readonly #steps = new Map<string, Step>();

  constructor(make: MakeReader) {
    this.#make = make;
  }

  /** A reader that knows a checkpoint and nothing else. */
  from(checkpoint: string): number {
    return this.#state(this.#make(JSON.parse(checkpoint)), { checkpoint, answers: [] });
  }

  plan(state: number): ReadPlan {
    return this.#at(state).plan;
  }

  cursor(state: number): number {
    return this.#at(state).cursor;
  }

  checkpoint(state: number): string {
    return this.#at(state).checkpoint;
  }

  apply(state: number, answer: ReadAnswer): Step {
    const { seqs, complete, lastValue, running, ending } = answer;
    const known = JSON.stringify([state, seqs, complete, lastValue, running && [...running], [...ending]]);
    let step = this.#steps.get(known);
    if (step === undefined) {
      const { path } = this.#at(state);
      const reader = this.#make(JSON.parse(path.checkpoint));
      for (const earlier of path.answers) reader.apply(reader.plan(), earlier);
      const handedOn = reader.apply(reader.plan(), answer);
      step = { state: this.#state(reader, { ...path, answers: [...path.answers, answer] }), handedOn };
      this.#steps.set(known, step);
    }
    return step;
  }

  #at(state: number): MachineState {
    const found = this.#states[state];
    if (found === undefined) throw new Error(`the machine has no state ${state}`);
    return found;
  }

  #state(reader: Reader, path: MachineState['path']): number {
    const memory = reader.memory();
    let state = this.#byMemory.get(memory);
    if (state === undefined) {
      state = this.#states.length;
      this.#byMemory.set(memory, state);
      const { cursor } = reader;
      const checkpoint = JSON.stringify({ cursor, holes: reader.holes() });
      this.#states.push({ path, plan: reader.plan(), cursor, checkpoint });
    }
    return state;
  }
}

interface MachineState {
  readonly path: { readonly checkpoint: string; readonly answers: readonly ReadAnswer[] };
  readonly plan: ReadPlan;
  readonly cursor: number;
  readonly checkpoint: string;
}

interface Step {
  readonly state: number;
  readonly handedOn: readonly number[];
}
