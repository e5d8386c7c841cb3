import type { Account } from './account.ts';
import type { Stage } from './stage.ts';

/** A way in which orders vanish, or become two, or go backwards. */
export interface Way {
  readonly title: string;
  /** What the naive program does wrong, exactly. */
  readonly naivelyWrong: Partial<Account>;
  readonly topicConfig?: Readonly<Record<string, string>>;
  /** The program that most of us wrote first. It looks right, and its tests pass. */
  naive(stage: Stage): Promise<Account>;
  /** The same, through the same trouble at the same moment, with Bezel. */
  bezel(stage: Stage): Promise<Account>;
}
