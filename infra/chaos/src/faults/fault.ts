import type { PlannedFault } from '../schedule/schedule.ts';
import type { ChaosProcess } from '../system/layout.ts';
import type { System } from '../system/system.ts';

/** A kind of fault: one file of this folder each. */
export interface FaultKind {
  /** As `--only` and the table name it. */
  readonly name: string;
  /** What happens, in one line. */
  readonly what: string;
  /** How long it lasts, in seconds: at least and at most. [0, 0]: it is over at once, and the system mends itself. */
  readonly lastsS: readonly [number, number];
  /** Whom it may hit. One is drawn for each fault, in turns, so that a long run hits all. */
  targets(processes: readonly ChaosProcess[]): readonly string[];
  /** Why it cannot be done to this system on this machine, in words; null: it can. */
  missing(system: System): string | null;
  /** Does it. When it throws, it is tried again: what it needs may be away because of another fault. */
  inject(fault: PlannedFault, system: System): Promise<Injected>;
}

/** A fault that is there. */
export interface Injected {
  /** Undoes it, and settles when the cause is gone: from there recovery is counted. */
  heal(): Promise<void> | void;
  /** What must be back before the system counts as recovered, besides orders moving (recovery/watch.ts): who was killed. */
  back(): boolean;
  /** Why nobody met it, in words, once it is healed; null: it did something. */
  idle(): string | null;
  /** Orders of which it published messages the wrong way round. */
  readonly reordered: readonly string[];
}

/** A fault that is undone in this way, and whatever else is to be said of it. Default: it did something, and all is there. */
export const until = (heal: Injected['heal'], more: Partial<Injected> = {}): Injected => ({
  ...{ heal, back: () => true, idle: () => null, reordered: [] },
  ...more,
});

/** Of faults that nothing has to undo. */
export const OVER_AT_ONCE: Injected = until(() => {});
