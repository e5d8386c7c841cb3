import type { Hop } from '../../account/hops.ts';
import { type Finding, isDefect } from '../../audit/finding.ts';
import type { Seen } from '../seen.ts';

/**
 * What a reconciler doubts. A finding that one look made is a suspicion: hops are read one after the other, and a pass over all
 * orders takes minutes. It counts when a second look, at that order alone, makes it again; and it is gone with the first look
 * that does not. (How old something must be before it is missing at all, the audit's limits say.)
 */
export interface Question {
  readonly orderId: string;
  /** By what each is about, in the order of the audit: the first that counts is where the trail breaks. */
  readonly findings: ReadonlyMap<string, Doubt>;
  /** When it was last looked at, in milliseconds since 1970. */
  readonly lookedAt: number;
  /** As the last look has seen it. */
  readonly submittedAt: Seen['submittedAt'];
  readonly curable: Seen['curable'];
}

interface Doubt {
  readonly finding: Finding;
  /** Looks that made it. */
  readonly seen: number;
  /** The first of them, in milliseconds since 1970. */
  readonly since: number;
}

/** Orders in question, by id. */
export type Questions = ReadonlyMap<string, Question>;

export const NO_QUESTIONS: Questions = new Map();

/** What a look at some orders has seen. Orders without a defect are told too: their questions are answered. */
export interface Look {
  readonly at: number;
  readonly orders: ReadonlyMap<string, Seen>;
}

/** So many looks must make a finding before it counts. */
const LOOKS_THAT_COUNT = 2;

/**
 * More orders than this are not kept in question at once; a full pass finds the others again. One that a repair would mend takes the
 * place of the one that is known longest to need a person.
 */
export const MOST_QUESTIONS = 10_000;

/** What a finding is about. Not its words: they hold ages and offsets. */
const subjectOf = ({ kind, hop, messageId = '' }: Finding): string => `${kind} ${hop} ${messageId}`;

/**
 * A round or a pass found something: orders that are not in question yet now are. Those that are keep what they have; what is new of
 * them is doubted too.
 */
export function suspect(questions: Questions, { at, orders }: Look): Questions {
  const next = new Map(questions);
  const incurable = incurableOf(next);
  for (const [orderId, { findings, submittedAt, curable }] of orders) {
    const before = next.get(orderId);
    const fresh = findings.filter((found) => isDefect(found) && !before?.findings.has(subjectOf(found)));
    if (fresh.length === 0) continue;
    if (before === undefined && next.size >= MOST_QUESTIONS) {
      const leaves: string | undefined = curable ? incurable.next().value : undefined;
      if (leaves === undefined) continue;
      next.delete(leaves);
    }
    const doubts = doubtsOf(fresh, at);
    if (before === undefined) next.set(orderId, { orderId, findings: doubts, lookedAt: at, submittedAt, curable });
    else next.set(orderId, { ...before, findings: new Map([...before.findings, ...doubts]) });
  }
  return next;
}

/** Which orders in question no repair would mend, longest known first. */
function* incurableOf(questions: Questions): Generator<string, undefined> {
  for (const { orderId, curable } of questions.values()) if (!curable) yield orderId;
}

/** Each order was looked at alone: what is made again counts, what is not is gone, what is new has been seen once. */
export function lookAgain(questions: Questions, { at, orders }: Look): Questions {
  const next = new Map(questions);
  for (const [orderId, { findings, submittedAt, curable }] of orders) {
    const before = next.get(orderId);
    if (before === undefined) continue;
    const doubts = doubtsOf(findings.filter(isDefect), at, before.findings);
    if (doubts.size === 0) next.delete(orderId);
    else next.set(orderId, { orderId, findings: doubts, lookedAt: at, submittedAt, curable });
  }
  return next;
}

function doubtsOf(defects: readonly Finding[], at: number, before?: Question['findings']): Question['findings'] {
  const doubts = new Map<string, Doubt>();
  for (const finding of defects) {
    const subject = subjectOf(finding);
    const { seen, since } = before?.get(subject) ?? { seen: 0, since: at };
    if (!doubts.has(subject)) doubts.set(subject, { finding, seen: seen + 1, since });
  }
  return doubts;
}

/** What counts of an order, along its way. */
export const counted = ({ findings }: Question): Finding[] =>
  [...findings.values()].filter(({ seen }) => seen >= LOOKS_THAT_COUNT).map(({ finding }) => finding);

/** How many orders are unaccounted for, by the hop where the trail of each breaks first. Every order counts once. */
export function unaccounted(questions: Questions): ReadonlyMap<Hop, number> {
  const orders = new Map<Hop, number>();
  for (const question of questions.values()) {
    const [first] = counted(question);
    if (first !== undefined) orders.set(first.hop, (orders.get(first.hop) ?? 0) + 1);
  }
  return orders;
}

/** When an order in question is looked at again after its last look: soon, while it is only suspected. In ms. */
export interface AgainTimes {
  readonly suspectedMs: number;
  readonly countedMs: number;
  /** What no repair would mend is looked at ever more rarely: after as long again as it is known, and so long at most. */
  readonly incurableMs: number;
  /** An order is new for so long. */
  readonly newMs: number;
  /** So many orders at a time. */
  readonly most: number;
}

/**
 * What a look at an order costs. It reads the topics from when the order was submitted, and so do the looks at those beside it: old
 * ones, and those of which that is not known, are looked at by themselves.
 */
export const AGES = ['new', 'old'] as const;
export type Age = (typeof AGES)[number];

const isOfAge = ({ submittedAt }: Question, now: number, age: Age, { newMs }: AgainTimes): boolean =>
  (submittedAt !== null && now - submittedAt < newMs) === (age === 'new');

/**
 * Which orders of an age are to be looked at again: suspicions first, so that nothing keeps them from counting, then what a repair
 * would mend, and last what waits for a person; of each, longest not looked at first.
 */
export function dueAgain(
  questions: Questions,
  { now, age }: { readonly now: number; readonly age: Age },
  times: AgainTimes,
): string[] {
  return [...questions.values()]
    .filter((question) => isOfAge(question, now, age, times) && now - question.lookedAt >= againAfter(question, times))
    .sort((a, b) => rankOf(a) - rankOf(b) || a.lookedAt - b.lookedAt)
    .slice(0, times.most)
    .map(({ orderId }) => orderId);
}

/** For how long the oldest suspicion about orders of an age has waited for the look that makes it count; 0 without any. In ms. */
export function longestSuspected(
  questions: Questions,
  { now, age }: { readonly now: number; readonly age: Age },
  times: AgainTimes,
): number {
  let longest = 0;
  for (const question of questions.values()) {
    if (!isOfAge(question, now, age, times)) continue;
    for (const { since } of suspicionsOf(question)) longest = Math.max(longest, now - since);
  }
  return longest;
}

const suspicionsOf = ({ findings }: Question): Doubt[] =>
  [...findings.values()].filter(({ seen }) => seen < LOOKS_THAT_COUNT);

const rankOf = (question: Question): number => (suspicionsOf(question).length > 0 ? 0 : question.curable ? 1 : 2);

function againAfter(question: Question, { suspectedMs, countedMs, incurableMs }: AgainTimes): number {
  if (counted(question).length === 0) return suspectedMs;
  if (question.curable) return countedMs;
  const newest = Math.max(...[...question.findings.values()].map(({ since }) => since));
  return Math.max(countedMs, Math.min(incurableMs, question.lookedAt - newest));
}
