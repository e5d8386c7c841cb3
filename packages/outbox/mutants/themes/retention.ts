import type { Mutant } from '../mutant.ts';

const TEST = 'src/retention/retention.int.test.ts';
const STAYS = { file: TEST, within: 'a slot stays as it is' };
const FUNCTION = 'migrations/0005_retention_isolation.sql';

/** Slots that are emptied too early. */
export const RETENTION: readonly Mutant[] = [
  {
    name: 'holes-of-the-checkpoint-ignored',
    breaks: 'P6',
    file: 'migrations/0003_retention.sql',
    find: 'seq >= lower(hole) AND seq < upper(hole)',
    replace: 'seq >= lower(hole) AND seq < lower(hole)',
    caughtBy: { ...STAYS, test: 'with a row in a hole', title: 'in a hole' },
  },
  {
    name: 'the-cursor-ignored',
    breaks: 'P6',
    file: 'migrations/0003_retention.sql',
    find: 'WHERE shard = $1 AND seq > $2)',
    replace: 'WHERE shard = $1 AND seq > $2 AND false)',
    caughtBy: { ...STAYS, test: 'with a row above the cursor', title: 'above the cursor' },
  },
  {
    name: 'the-current-slot-emptied',
    breaks: 'P6',
    file: FUNCTION,
    find: 'IF slot = :schema.current_slot() THEN',
    replace: 'IF slot < 0 THEN',
    caughtBy: { ...STAYS, test: 'that is written to now, whoever asks' },
  },
  {
    name: 'a-slot-emptied-a-day-early',
    breaks: 'P6',
    file: 'src/retention/create-retention.ts',
    find: 'age > keepDays ?',
    replace: 'age >= keepDays ?',
    caughtBy: { file: TEST, test: 'is emptied when it is old enough, and no other slot is touched' },
  },
  {
    name: 'no-look-after-the-lock',
    breaks: 'P6',
    file: FUNCTION,
    find: `    RETURN 'locked';
  END;
  IF :schema.unpublished_in(slot) THEN`,
    replace: `    RETURN 'locked';
  END;
  IF slot < 0 THEN`,
    caughtBy: { ...STAYS, test: 'when a row becomes visible between the look and the lock' },
  },
  {
    name: 'emptied-in-an-old-snapshot',
    breaks: 'P6',
    file: FUNCTION,
    find: "IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN",
    replace: 'IF slot < 0 THEN',
    caughtBy: {
      file: TEST,
      test: 'in a transaction with one snapshot (SERIALIZABLE)',
      title: 'in a transaction with one snapshot',
    },
  },
];
