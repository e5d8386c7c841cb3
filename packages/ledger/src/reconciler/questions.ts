import type { Hop } from '../account/hops.ts';
import { type Finding, isDefect } from '../audit/finding.ts';

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
}

export interface Doubt {
  readonly finding: Finding;
  /** Looks that made it. */
  readonly seen: number;
}

/** Orders in question, by id. */
export type Questions = ReadonlyMap<string, Question>;

export const NO_QUESTIONS: Questions = new Map();

/** What a look at some orders has found. Orders without a defect are told too: their questions are answered. */
export interface Look {
  readonly at: number;
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
}

/** So many looks must make a finding before it counts. */
export const LOOKS_THAT_COUNT = 2;

/** More orders than this are not kept in question at once; a full pass finds the others again. */
export const MOST_QUESTIONS = 10_000;

/** What a finding is about. Not its words: they hold ages and offsets. */
const subjectOf = ({ kind, hop, messageId = '' }: Finding): string => `${kind} ${hop} ${messageId}`;

/** A round or a pass found something: orders that are not in question yet now are. Those that are keep what they have. */
export function suspect(questions: Questions, { at, findings }: Look): Questions {
  const next = new Map(questions);
  for (const [orderId, found] of findings) {
    const defects = found.filter(isDefect);
    if (defects.length === 0 || next.has(orderId) || next.size >= MOST_QUESTIONS) continue;
    next.set(orderId, { orderId, findings: doubtsOf(defects, undefined), lookedAt: at });
  }
  return next;
}

/** Each order was looked at alone: what is made again counts, what is not is gone, what is new has been seen once. */
export function lookAgain(questions: Questions, { at, findings }: Look): Questions {
  const next = new Map(questions);
  for (const [orderId, found] of findings) {
    const before = next.get(orderId);
    if (before === undefined) continue;
    const defects = found.filter(isDefect);
    if (defects.length === 0) next.delete(orderId);
    else next.set(orderId, { orderId, findings: doubtsOf(defects, before), lookedAt: at });
  }
  return next;
}

function doubtsOf(defects: readonly Finding[], before: Question | undefined): ReadonlyMap<string, Doubt> {
  const doubts = new Map<string, Doubt>();
  for (const finding of defects) {
    const subject = subjectOf(finding);
    if (!doubts.has(subject)) {
      doubts.set(subject, { finding, seen: (before?.findings.get(subject)?.seen ?? 0) + 1 });
    }
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
  /** So many orders at a time. */
  readonly most: number;
}

/** Which orders are to be looked at again, longest not looked at first. */
export function dueAgain(questions: Questions, now: number, { suspectedMs, countedMs, most }: AgainTimes): string[] {
  const isDue = (question: Question): boolean =>
    now - question.lookedAt >= (counted(question).length === 0 ? suspectedMs : countedMs);
  return [...questions.values()]
    .filter(isDue)
    .sort((a, b) => a.lookedAt - b.lookedAt)
    .slice(0, most)
    .map(({ orderId }) => orderId);
}
