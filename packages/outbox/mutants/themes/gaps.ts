import type { Mutant } from '../mutant.ts';

const TRACKER = 'src/reader/tracker/gap-tracker.ts';
const CLOSING = 'src/reader/tracker/closing.spec.ts';
const TRAPS = 'src/reader/traps.int.test.ts';
const MODEL = 'src/reader/model/reading.spec.ts';

/** How numbers that are missing are remembered, and when they are given up. */
export const GAPS: readonly Mutant[] = [
  {
    name: 'no-gap-tracking',
    breaks: 'P1',
    file: TRACKER,
    find: 'const missing = reach > this.#cursor ?',
    replace: 'const missing = reach < 0 ?',
    caughtBy: { file: TRAPS, test: 'committed out of order' },
  },
  {
    name: 'no-gap-tracking-in-random-histories',
    breaks: 'P1',
    file: TRACKER,
    find: 'const missing = reach > this.#cursor ?',
    replace: 'const missing = reach < 0 ?',
    caughtBy: {
      file: 'src/reader/tracker/gap-tracker.spec.ts',
      test: 'reads every committed row, and afterwards knows of no gap',
    },
  },
  {
    name: 'a-gap-closed-while-its-holders-run',
    breaks: 'P1',
    file: TRACKER,
    find: 'if (gap.holders === undefined || gap.holders.size > 0) {',
    replace: 'if (gap.holders === undefined) {',
    caughtBy: { file: TRAPS, test: 'committed out of order' },
  },
  {
    name: 'a-gap-closed-by-the-read-that-struck-its-last-holder-off',
    breaks: 'P1',
    file: TRACKER,
    find: '    if (running !== undefined && !plan.restingOn.every(unfinished)) {\n',
    replace:
      '    if (running !== undefined) this.#note(running);\n    if (running !== undefined && !plan.restingOn.every(unfinished)) {\n',
    caughtBy: { file: CLOSING, test: 'by the read after the one that struck its last holder off' },
  },
  {
    name: 'a-gap-closed-by-a-read-that-was-cut-off',
    breaks: 'P1',
    file: TRACKER,
    find: 'const coveredTo = complete ? plan.upTo : last;',
    replace: 'const coveredTo = plan.upTo;',
    caughtBy: { file: CLOSING, test: 'not by a read that was cut off below it' },
  },
  {
    name: 'nobody-is-ever-looked-for',
    breaks: 'P1',
    file: TRACKER,
    find: 'return holders === undefined ? reads >= lookAfterReads ||',
    replace: 'return holders === undefined ? reads < 0 ||',
    caughtBy: { file: CLOSING, test: 'a number that is missing is looked for late' },
  },
  {
    name: 'everybody-is-looked-for-at-once',
    breaks: 'P7',
    file: TRACKER,
    find: 'return holders === undefined ? reads >= lookAfterReads ||',
    replace: 'return holders === undefined ? reads >= 0 ||',
    caughtBy: { file: CLOSING, test: 'a number that is missing is looked for late' },
  },
  {
    name: 'a-gap-rests-on-a-holder-that-is-ending',
    breaks: 'P3',
    file: TRACKER,
    find: '      [...holders].every(unfinished) &&\n',
    replace: '',
    caughtBy: { file: CLOSING, test: 'a gap does not go to rest on a holder whose rows may be visible already' },
  },
  {
    name: 'lag-without-what-nobody-looked-for',
    breaks: 'P1',
    file: 'src/relay/shards/lane.ts',
    find: 'this.backlog + doubtful + deferred',
    replace: 'this.backlog + 0 * doubtful + deferred',
    caughtBy: { file: 'src/relay/shards/lane.spec.ts', test: 'the lag counts numbers that a read was cut off before' },
  },
  {
    name: 'holders-added-later',
    breaks: 'P7',
    file: TRACKER,
    find: 'const left = before.filter((holder) => running.has(holder));',
    replace: 'const left = [...running];',
    caughtBy: { file: CLOSING, test: 'never while a holder runs' },
  },
  {
    name: 'no-gap-behind-the-last-row',
    breaks: 'P1',
    file: TRACKER,
    find: 'this.#drawn = Math.max(this.#drawn, answer.lastValue);',
    replace: '',
    caughtBy: { file: TRAPS, test: 'rolled back at the end of the sequence' },
  },
  {
    name: 'what-was-deferred-is-not-recalled',
    breaks: 'P1',
    file: TRACKER,
    find: '    const ranges = union(this.#deferred.get(name) ?? []);\n',
    replace: '    const ranges: Range[] = [];\n',
    caughtBy: {
      file: 'src/reader/tracker/gap-tracker.spec.ts',
      test: 'what was deferred is read again after its recall',
    },
  },
  {
    name: 'a-gap-at-rest-while-its-holder-is-ending',
    breaks: 'P2',
    file: TRACKER,
    find: 'running?.has(holder) === true && !ending.has(holder);',
    replace: 'running?.has(holder) === true;',
    caughtBy: {
      file: MODEL,
      test: 'all is read, in order, and nobody waits: write prepare finish | write commit',
      title: 'all is read, in order, and nobody waits: $name',
    },
  },
  {
    name: 'a-gap-asleep-when-its-holder-is-ending',
    breaks: 'P2',
    file: 'src/reader/tracker/resting-gaps.ts',
    find: '      if (!holders.every(unfinished)) {\n',
    replace: '      if (!holders.every((holder) => running.has(holder))) {\n',
    caughtBy: {
      file: MODEL,
      test: 'all is read, in order, and nobody waits: write prepare finish | write commit',
      title: 'all is read, in order, and nobody waits: $name',
    },
  },
  {
    name: 'reads-from-before-a-holder-ended-count',
    breaks: 'P2',
    file: TRACKER,
    find: '        gap.reads = 0;\n',
    replace: '',
    caughtBy: {
      file: 'src/reader/tracker/gap-tracker.spec.ts',
      test: 'a row committed before another was written is read first',
    },
  },
  {
    name: 'holes-of-the-checkpoint-forgotten',
    breaks: 'P1',
    file: TRACKER,
    find: 'union(start.holes).map(',
    replace: 'union([]).map(',
    caughtBy: { file: 'src/relay/random/random.int.test.ts', test: 'nothing is lost, reordered or invented' },
  },
];
