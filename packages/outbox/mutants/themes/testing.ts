// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources are quoted as they stand
import type { Mutant } from '../mutant.ts';

const CHECK = 'src/testing/history/check-history.ts';
const ORDER = 'src/testing/history/order.ts';
const ARRIVED = { file: 'src/testing/history/check-history.spec.ts', within: 'a history of what arrived' };
const HANDLED = { file: 'src/testing/history/check-history.spec.ts', within: 'a history of what was handled' };
const EMPTY = {
  file: 'src/testing/history/check-history.spec.ts',
  within: 'a history in which nothing could be wrong',
};
const CRASHES = { file: 'src/testing/crash/crash-matrix.spec.ts', within: 'a crash matrix' };
const BROKER = { file: 'src/testing/broker/virtual-broker.spec.ts', within: 'a virtual broker' };
const MEMBER = { file: 'src/testing/broker/virtual-broker.spec.ts', within: 'a member of a group of a virtual broker' };

/** The kit by which others prove what they built: a check that overlooks something is worse than none. */
export const TESTING: readonly Mutant[] = [
  {
    name: 'the-checker-overlooks-a-loss',
    breaks: 'P1',
    file: CHECK,
    find: '.filter(({ id }) => !ids.has(id));',
    replace: '.filter(() => false);',
    caughtBy: { ...HANDLED, test: 'with any message missing is lost, though it arrived' },
  },
  {
    name: 'the-checker-takes-what-was-rolled-back',
    breaks: 'P1',
    file: CHECK,
    find: 'filter((id) => !known.written.has(id));',
    replace: 'filter((id) => !known.written.has(id) && !known.rolledBack.has(id));',
    caughtBy: { ...ARRIVED, test: 'with a message that was rolled back, or that nobody wrote, has a phantom' },
  },
  {
    name: 'the-checker-overlooks-a-double-effect',
    breaks: 'P5',
    file: CHECK,
    find: '    if (message !== undefined && seen.has(id)) {',
    replace: '    if (message === undefined && seen.has(id)) {',
    caughtBy: { ...HANDLED, test: 'with any message handled again, at once or later, has doubled it' },
  },
  {
    name: 'the-checker-looks-at-the-latest-copy',
    breaks: 'P2',
    file: CHECK,
    find: '    if (message === undefined || !seen.has(id)) firstCopies.push(copy);',
    replace: '    firstCopies.splice(0, firstCopies.length, ...firstCopies.filter((one) => one.id !== id), copy);',
    caughtBy: { ...ARRIVED, test: 'with any two first copies the wrong way round is reordered' },
  },
  {
    name: 'the-checker-forgets-the-order-of-commits',
    breaks: 'P2',
    file: ORDER,
    find: '    if (earliest === undefined || answeredAt(message) < answeredAt(earliest)) earliest = message;\n',
    replace: '    if (earliest === undefined) earliest = message;\n',
    caughtBy: { ...HANDLED, test: 'with any message of a key handled too late or too early is reordered' },
  },
  {
    name: 'the-checker-checks-nothing',
    breaks: 'P1',
    file: CHECK,
    find: '  if (known.written.size === 0) {',
    replace: '  if (known.written.size < 0) {',
    caughtBy: { ...EMPTY, test: 'is refused: nothing was committed' },
  },
  {
    name: 'a-crash-that-did-not-happen-counts',
    breaks: 'P5',
    file: 'src/testing/crash/crash-matrix.ts',
    find: "  if (killed.how !== 'signal' || killed.signal !== 'SIGKILL') {",
    replace: "  if (killed.how === 'late') {",
    caughtBy: { ...CRASHES, test: 'finds that the program never came to the failpoint' },
  },
  {
    name: 'the-history-after-a-crash-is-not-checked',
    breaks: 'P5',
    file: 'src/testing/crash/crash-matrix.ts',
    find: '  return checkHistory(await trial.history()).map(',
    replace: '  return checkHistory(await trial.history()).slice(0, 0).map(',
    caughtBy: {
      ...CRASHES,
      test: 'finds a program that begins anew after the crash',
      title: 'finds a program that %s after the crash',
    },
  },
  {
    name: 'a-virtual-broker-reorders-within-a-key',
    breaks: 'P2',
    file: 'src/testing/broker/crossing.ts',
    find: 'const first = queue.shift();',
    replace: 'const first = queue.pop();',
    caughtBy: { ...BROKER, test: 'lands every message, those of a key in order and in one partition' },
  },
  {
    name: 'a-virtual-broker-never-repeats',
    breaks: 'P5',
    file: 'src/testing/broker/virtual-broker.ts',
    find: 'if (chance.often(copies)) toCopy.push({',
    replace: 'if (chance.often(0)) toCopy.push({',
    caughtBy: { ...BROKER, test: 'lets keys overtake each other, and makes copies, for most seeds' },
  },
  {
    name: 'a-virtual-broker-is-never-late',
    breaks: 'P5',
    file: 'src/testing/broker/virtual-broker.ts',
    find: '(drawn.often(delays) ? steps',
    replace: '(drawn.often(0) ? steps',
    caughtBy: {
      ...BROKER,
      test: 'makes some late: a key is passed by more of another, and a copy comes after more, than without',
    },
  },
  {
    name: 'a-virtual-broker-keeps-its-seed-to-itself',
    breaks: 'P5',
    file: 'src/testing/broker/virtual-broker.ts',
    find: '  process.stderr.write(`virtualBroker({ seed: ${seed} })\\n`);\n',
    replace: '',
    caughtBy: {
      ...BROKER,
      test: 'has a seed of its own where none is given, prints it, and does the same with it again',
    },
  },
  {
    name: 'a-virtual-broker-hands-over-before-it-is-sought',
    breaks: 'P5',
    file: 'src/testing/broker/group.ts',
    find: '{ ...partition, position: undefined, paused: false }',
    replace: '{ ...partition, position: 0n, paused: false }',
    caughtBy: { ...MEMBER, test: 'hears nothing before it has the subscription, and is silent until it seeks' },
  },
  {
    name: 'what-others-committed-counts-as-written-here',
    breaks: 'P1',
    file: 'src/testing/written/written-in.sql.ts',
    find: "= 'in progress' ELSE false END",
    replace: "<> 'aborted' ELSE false END",
    caughtBy: {
      file: 'src/testing/written/written-in.int.test.ts',
      within: 'what was written in a transaction',
      test: 'is its own alone, whatever others commit before, meanwhile or not yet',
    },
  },
  {
    name: 'what-a-savepoint-wrote-is-overlooked',
    breaks: 'P1',
    file: 'src/testing/written/written-in.sql.ts',
    find: 'CASE WHEN w.later < 2147483648 THEN',
    replace: 'CASE WHEN w.later < 1 THEN',
    caughtBy: {
      file: 'src/testing/written/written-in.int.test.ts',
      within: 'what was written in a transaction',
      test: 'holds what savepoints wrote, released or not, and nothing that was rolled back to one',
    },
  },
];
