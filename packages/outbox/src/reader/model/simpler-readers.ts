import { GapTracker } from '../tracker/gap-tracker.ts';
import type { TrackerLimits } from '../tracker/tracker-limits.ts';
import type { MakeReader } from './readers.ts';

/** Readers of docs/reading.md, "Each simpler reader fails", that are wrong by themselves. The others ask wrongly. */

const EVERYTHING = { upTo: Number.MAX_SAFE_INTEGER, gaps: [], restingOn: [], look: false };

/** "I have read up to the highest number I have seen." */
export const highestNumberSeen: MakeReader = ({ cursor: start }) => {
  let cursor = start;
  return {
    plan: () => ({ ...EVERYTHING, cursor }),
    apply(_, { seqs }) {
      cursor = seqs.at(-1) ?? cursor;
      return seqs;
    },
    get cursor() {
      return cursor;
    },
    holes: () => [],
    memory: () => String(cursor),
  };
};

/** Reads on only when no number is missing. */
export const waitingForMissing: MakeReader = ({ cursor: start }) => {
  let cursor = start;
  return {
    plan: () => ({ ...EVERYTHING, cursor }),
    apply(_, { seqs }) {
      const handedOn = seqs.filter((seq, n) => seq === cursor + 1 + n);
      cursor += handedOn.length;
      return handedOn;
    },
    get cursor() {
      return cursor;
    },
    holes: () => [],
    memory: () => String(cursor),
  };
};

/** Looks for a missing number in two more reads and no further: a clock that runs out, whatever it counts. */
export const givingUpAfterAWhile: MakeReader = ({ cursor: start }) => {
  let cursor = start;
  let missing: readonly { readonly seq: number; readonly reads: number }[] = [];
  return {
    plan: () => ({ ...EVERYTHING, cursor, gaps: missing.map(({ seq }) => ({ from: seq, to: seq })) }),
    apply(_, { seqs }) {
      const reach = Math.max(cursor, ...seqs);
      const fresh = Array.from({ length: reach - cursor }, (_each, n) => ({ seq: cursor + 1 + n, reads: 0 }));
      missing = [...missing, ...fresh]
        .filter(({ seq, reads }) => !seqs.includes(seq) && reads < 2)
        .map(({ seq, reads }) => ({ seq, reads: reads + 1 }));
      cursor = reach;
      return seqs;
    },
    get cursor() {
      return cursor;
    },
    holes: () => missing.map(({ seq }) => ({ from: seq, to: seq })),
    memory: () => JSON.stringify([cursor, missing]),
  };
};

/** The tracker, but the statement whose look finds nobody left counts as the read after it, too. */
export const closingAtOnce =
  (limits: TrackerLimits): MakeReader =>
  (start) => {
    const tracker = new GapTracker({ ...start, now: 0 }, limits);
    return {
      plan: () => tracker.plan(),
      apply(plan, answer) {
        tracker.apply(plan, answer, 0);
        const again = { ...tracker.plan(), upTo: tracker.cursor };
        if (answer.running !== undefined) tracker.apply(again, { ...answer, seqs: [], complete: true }, 0);
        return answer.seqs;
      },
      get cursor() {
        return tracker.cursor;
      },
      holes: () => tracker.holes(),
      memory: () => JSON.stringify(tracker.memory(), (name, value) => (name === 'reads' ? Math.min(value, 1) : value)),
    };
  };
