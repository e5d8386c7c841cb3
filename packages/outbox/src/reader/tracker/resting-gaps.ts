import type { Gap, Holders, Missing } from './gap.ts';
import { coalesce, type Range, union } from './ranges.ts';

/** Gaps left out of reads while all who could fill them run: thousands of numbers of one open transaction cost nothing. */
export class RestingGaps {
  /** By the names of their holders. */
  readonly #cohorts = new Map<string, Cohort>();
  readonly #holesInSummary: number;

  constructor(limits: { readonly holesInSummary: number }) {
    this.#holesInSummary = limits.holesInSummary;
  }

  get isEmpty(): boolean {
    return this.#cohorts.size === 0;
  }

  /** How many ranges rest. */
  get count(): number {
    let count = 0;
    for (const { gaps } of this.#cohorts.values()) count += gaps.length;
    return count;
  }

  /** When the oldest was first missing; infinite without one. */
  get since(): number {
    return oldestOf([...this.#cohorts.values()].flatMap(({ gaps }) => gaps));
  }

  /** Every transaction that one of them rests on. */
  holders(): string[] {
    return [...new Set([...this.#cohorts.values()].flatMap(({ holders }) => holders))];
  }

  /** Ranges that contain them all; summed up, so that this stays cheap. */
  summary(): Range[] {
    return [...this.#cohorts.values()].flatMap(({ summary }) => summary);
  }

  /** A gap whose holders all run goes to rest. */
  add({ from, to, since }: Gap, holders: Holders): void {
    const name = [...holders].sort().join(' ');
    let cohort = this.#cohorts.get(name);
    if (cohort === undefined) {
      cohort = { holders: [...holders], gaps: [], summary: [] };
      this.#cohorts.set(name, cohort);
    }
    cohort.gaps.push({ from, to, since });
    cohort.summary.push({ from, to });
    if (cohort.summary.length > 2 * this.#holesInSummary) {
      cohort.summary = coalesce(union(cohort.summary), this.#holesInSummary);
    }
  }

  /** Takes out those of which a holder does not run any more. They keep the holders that do. */
  wake(running: Holders, unfinished: (holder: string) => boolean): Gap[] {
    const woken: Gap[] = [];
    for (const [name, { holders, gaps }] of this.#cohorts) {
      if (!holders.every(unfinished)) {
        const left: Holders = new Set(holders.filter((holder) => running.has(holder)));
        woken.push(...gaps.map((range) => ({ ...range, holders: left, reads: 0 })));
        this.#cohorts.delete(name);
      }
    }
    return woken;
  }

  /** Joins gaps until half of them are left. What was published inside a wider one is sent again when it wakes. */
  squeeze(): void {
    for (const cohort of this.#cohorts.values()) {
      const since = oldestOf(cohort.gaps);
      const fewer = coalesce(union(cohort.gaps), Math.max(1, cohort.gaps.length >> 1));
      cohort.gaps = fewer.map((range) => ({ ...range, since }));
    }
  }

  /** All that is remembered, times left out. */
  memory(): RestingMemory[] {
    return [...this.#cohorts.values()].map(({ holders, gaps, summary }) => ({
      holders,
      gaps: gaps.map(({ from, to }) => ({ from, to })),
      summary,
    }));
  }
}

export interface RestingMemory {
  readonly holders: readonly string[];
  readonly gaps: readonly Range[];
  readonly summary: readonly Range[];
}

interface Cohort {
  readonly holders: readonly string[];
  gaps: Missing[];
  summary: Range[];
}

const oldestOf = (gaps: readonly Missing[]): number =>
  gaps.reduce((least, { since }) => Math.min(least, since), Number.POSITIVE_INFINITY);
