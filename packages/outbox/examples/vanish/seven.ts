import { isDeepStrictEqual } from 'node:util';
import type { Account } from './account.ts';
import { openStage } from './stage.ts';
import type { Way } from './way.ts';
import { CRASH_BETWEEN } from './ways/crash-between.ts';
import { EARLY_OFFSET } from './ways/early-offset.ts';
import { LATE_COMMIT } from './ways/late-commit.ts';
import { OVERTAKING } from './ways/overtaking.ts';
import { POISON } from './ways/poison.ts';
import { REDELIVERY } from './ways/redelivery.ts';
import { ROLLED_BACK } from './ways/rolled-back.ts';

/** In the order of docs/seven-ways.md, which numbers them from 1. */
export const SEVEN_WAYS: readonly Way[] = [
  CRASH_BETWEEN,
  ROLLED_BACK,
  LATE_COMMIT,
  OVERTAKING,
  EARLY_OFFSET,
  REDELIVERY,
  POISON,
];

/** What an account says when all is well. */
export const NOTHING_WRONG: Account = { lost: [], phantom: [], doubled: [], outOfOrder: [] };

/** Runs one program of a way on a stage of its own. */
export async function play(way: Way, program: 'naive' | 'bezel'): Promise<Account> {
  await using stage = await openStage(way.topicConfig);
  return await way[program](stage);
}

/** Whether both programs did what the page says of them. */
export function asExpected(way: Way, { naive, bezel }: { readonly naive: Account; readonly bezel: Account }): boolean {
  return isDeepStrictEqual([naive, bezel], [{ ...NOTHING_WRONG, ...way.naivelyWrong }, NOTHING_WRONG]);
}
