import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOPS, type Hop } from '../../account/hops.ts';
import type { Finding, FindingKind } from '../../audit/finding.ts';
import type { Repair, RepairPlan } from '../../repair/repair.ts';
import { hopsTold } from '../figures.ts';
import type { Seen } from '../seen.ts';
import { ASKED_AGAIN_AFTER_MS, ASKED_AT_MOST, AskedRepairs, MOST_AT_A_HOP, repairable } from './automatic-repairs.ts';
import {
  AGES,
  type Age,
  dueAgain,
  type Look,
  longestSuspected,
  lookAgain,
  MOST_QUESTIONS,
  NO_QUESTIONS,
  type Questions,
  suspect,
  unaccounted,
} from './questions.ts';

const finding = (orderId: string, kind: FindingKind, hop: Hop, messageId?: string): Finding => ({
  ...{ orderId, kind, hop, detail: `${kind} at ${hop}`, ageMs: 1 },
  ...(messageId === undefined ? {} : { messageId }),
});
const look = (at: number, ...found: readonly (readonly [string, readonly Finding[]])[]): Look => ({
  at,
  orders: new Map(found.map(([orderId, findings]) => [orderId, seen(findings)])),
});
const seen = (findings: readonly Finding[], more: Partial<Seen> = {}): Seen => ({
  ...{ findings, submittedAt: 0, curable: true, ...more },
});
const total = (questions: Questions): number => [...unaccounted(questions).values()].reduce((sum, n) => sum + n, 0);

const orders = fc.constantFrom('a', 'b', 'c', 'd');
const anyFinding = fc.record({
  kind: fc.constantFrom<FindingKind[]>('lost', 'phantom', 'unfinished', 'on-its-way'),
  hop: fc.constantFrom<Hop[]>('shop.topic', 'crm.inbox', 'workflow'),
  messageId: fc.constantFrom('m1', 'm2'),
});
const findingsOfOrders = fc.dictionary(orders, fc.array(anyFinding, { maxLength: 4 }), { noNullPrototype: true });
const lookOf = (
  at: number,
  found: Readonly<Record<string, readonly { kind: FindingKind; hop: Hop; messageId: string }[]>>,
): Look =>
  look(
    at,
    ...Object.entries(found).map(
      ([id, all]) => [id, all.map((one) => finding(id, one.kind, one.hop, one.messageId))] as const,
    ),
  );

describe('what counts', () => {
  test('is what two looks have made, and never what one has', () => {
    fc.assert(
      fc.property(findingsOfOrders, findingsOfOrders, (first, second) => {
        const suspected = suspect(NO_QUESTIONS, lookOf(1, first));
        expect(total(suspected)).toBe(0);
        const again = lookAgain(suspected, lookOf(2, second));
        for (const [orderId, { findings }] of again) {
          for (const { finding: one, seen } of findings.values()) {
            const same = (all: readonly { kind: string; hop: string; messageId: string }[] = []) =>
              all.some(
                ({ kind, hop, messageId }) => kind === one.kind && hop === one.hop && messageId === one.messageId,
              );
            expect(one.kind).not.toBe('on-its-way');
            expect(same(second[orderId] ?? first[orderId])).toBe(true);
            expect(seen >= 2).toBe(same(first[orderId]) && same(second[orderId]));
          }
        }
      }),
    );
  });

  test('ends with the first look that does not make it', () => {
    const twice = [finding('a', 'lost', 'crm.inbox', 'm'), finding('a', 'lost', 'mes.inbox', 'm')];
    let questions = lookAgain(suspect(NO_QUESTIONS, look(1, ['a', twice])), look(2, ['a', twice]));
    expect([...unaccounted(questions)]).toEqual([['crm.inbox', 1]]);
    questions = lookAgain(questions, look(3, ['a', twice.slice(1)]));
    expect([...unaccounted(questions)]).toEqual([['mes.inbox', 1]]);
    questions = lookAgain(questions, look(4, ['a', [finding('a', 'on-its-way', 'shop.order')]]));
    expect(questions.size).toBe(0);
  });

  test('is one hop an order, the first along its way, whatever else is wrong with it', () => {
    fc.assert(
      fc.property(findingsOfOrders, (found) => {
        const once = lookOf(1, found);
        const questions = lookAgain(suspect(NO_QUESTIONS, once), once);
        expect(total(questions)).toBe(questions.size);
      }),
    );
  });

  test('a pass that sees it again does not make it count: only a look at the order alone does', () => {
    const once = look(1, ['a', [finding('a', 'lost', 'workflow')]]);
    expect(total(suspect(suspect(NO_QUESTIONS, once), { ...once, at: 2 }))).toBe(0);
  });
});

describe('looks again', () => {
  const times = { suspectedMs: 10, countedMs: 50, incurableMs: 400, newMs: 1_000, most: 9 };
  const lost = (id: string): Finding[] => [finding(id, 'lost', 'workflow')];

  test('soon at what is suspected, later at what counts, longest not looked at first', () => {
    const found = (id: string) => [id, lost(id)] as const;
    let questions = suspect(NO_QUESTIONS, look(0, found('counts')));
    questions = lookAgain(questions, look(100, found('counts')));
    questions = suspect(suspect(questions, look(90, found('b'))), look(80, found('c')));
    const due = (now: number, most = times.most) => dueAgain(questions, { now, age: 'new' }, { ...times, most });
    expect(due(100, 2)).toEqual(['c', 'b']);
    expect(due(149)).toEqual(['c', 'b']);
    expect(due(150)).toEqual(['c', 'b', 'counts']);
  });

  test('at suspicions before what counts, and at what no repair would mend last', () => {
    const many = Array.from({ length: 300 }, (_, n) => `p${n}`);
    const phantoms = new Map(
      many.map((id) => [id, seen([finding(id, 'phantom', 'mes.topic')], { curable: false })] as const),
    );
    const counts = new Map([['curable', seen(lost('curable'))]]);
    let questions = suspect(NO_QUESTIONS, { at: 0, orders: new Map([...phantoms, ...counts]) });
    questions = lookAgain(questions, { at: 1, orders: phantoms });
    questions = lookAgain(questions, { at: 2, orders: counts });
    questions = suspect(questions, look(3, ['suspected', lost('suspected')]));
    const due = dueAgain(questions, { now: 900, age: 'new' }, { ...times, most: 200 });
    expect(due.slice(0, 3)).toEqual(['suspected', 'curable', 'p0']);
    expect(due).toHaveLength(200);
    const wait = (now: number, age: Age = 'new') => longestSuspected(questions, { now, age }, times);
    expect([wait(900), wait(900, 'old')]).toEqual([897, 0]);
    questions = lookAgain(questions, look(901, ['suspected', lost('suspected')]));
    expect(wait(902)).toBe(0);
  });

  test('at an order that a repair would mend when there is no place, and at one less that needs a person', () => {
    const orders = Array.from({ length: MOST_QUESTIONS }, (_, n) => {
      const id = `p${n}`;
      return [id, seen(lost(id), { curable: n % 2 === 1 })] as const;
    });
    const full = suspect(NO_QUESTIONS, { at: 0, orders: new Map(orders) });
    const more = suspect(full, look(1, ['new', lost('new')], ['newer', lost('newer')]));
    expect(more.size).toBe(MOST_QUESTIONS);
    expect(['new', 'newer', 'p0', 'p1', 'p2', 'p3', 'p4'].filter((id) => more.has(id))).toEqual([
      ...['new', 'newer', 'p1', 'p3', 'p4'],
    ]);
    const person = { at: 1, orders: new Map([['new', seen(lost('new'), { curable: false })]]) };
    expect(suspect(full, person).has('new')).toBe(false);
  });

  test('at old orders, and those of which that is not known, by themselves', () => {
    const orders = new Map([
      ['new', seen(lost('new'), { submittedAt: 4_001 })],
      ['old', seen(lost('old'), { submittedAt: 4_000 })],
      ['unknown', seen(lost('unknown'), { submittedAt: null })],
    ]);
    const questions = suspect(NO_QUESTIONS, { at: 4_900, orders });
    expect(AGES.map((age) => dueAgain(questions, { now: 5_000, age }, times))).toEqual([['new'], ['old', 'unknown']]);
  });

  test('ever more rarely at what no repair would mend, and soon when there is something new about it', () => {
    const once = (at: number, more: readonly Finding[] = []): Look => ({
      ...{ at, orders: new Map([['a', seen([finding('a', 'phantom', 'mes.topic'), ...more], { curable: false })]]) },
    });
    let questions = suspect(NO_QUESTIONS, once(0));
    const looks: number[] = [];
    const lookUntil = (end: number, more: readonly Finding[] = []): void => {
      for (let now = looks.at(-1) ?? 0; now < end; now += 1) {
        if (dueAgain(questions, { now, age: 'new' }, { ...times, newMs: 1e9 }).length === 0) continue;
        questions = lookAgain(questions, once(now, more));
        looks.push(now);
      }
    };
    lookUntil(2_000);
    expect(looks).toEqual([10, 60, 120, 240, 480, 880, 1_280, 1_680]);
    questions = suspect(questions, once(1_700, lost('a')));
    lookUntil(2_000, lost('a'));
    expect(looks.slice(8)).toEqual([1_730, 1_780, 1_860]);
  });

  test('a suspicion of an order that is in question counts with the next look, as any other does', () => {
    const both = [finding('a', 'phantom', 'mes.topic'), finding('a', 'lost', 'crm.inbox', 'm')];
    let questions = suspect(NO_QUESTIONS, look(0, ['a', both.slice(0, 1)]));
    questions = suspect(questions, look(1, ['a', both.slice(1)]));
    expect(total(questions)).toBe(0);
    questions = lookAgain(questions, look(2, ['a', both.slice(1)]));
    expect([...unaccounted(questions)]).toEqual([['crm.inbox', 1]]);
  });
});

test('a hop is called accounted for only while all is known', () => {
  const counts = new Map<Hop, number>([['workflow', 2]]);
  expect([...hopsTold(counts, false)]).toEqual([['workflow', 2]]);
  expect([...hopsTold(counts, true).keys()]).toEqual([...HOPS]);
  expect(hopsTold(counts, true).get('crm.inbox')).toBe(0);
});

describe('repairs without a person', () => {
  const counting = (hops: readonly Hop[]): Questions => {
    const once = look(1, ...hops.map((hop, n) => [`${n}`, [finding(`${n}`, 'lost', hop)]] as const));
    return lookAgain(suspect(NO_QUESTIONS, once), once);
  };

  test('are for what counts, and not where so many orders are that a server must be away', () => {
    const crowd = Array.from({ length: MOST_AT_A_HOP + 1 }, () => 'crm.inbox' as const);
    expect([...repairable(counting([...crowd, 'workflow']))]).toEqual([`${crowd.length}`]);
    expect(repairable(counting(crowd.slice(1))).size).toBe(MOST_AT_A_HOP);
    expect(repairable(suspect(NO_QUESTIONS, look(1, ['a', [finding('a', 'lost', 'workflow')]]))).size).toBe(0);
  });

  test('are asked for beside any number of orders that none would mend', () => {
    const phantoms = Array.from({ length: MOST_AT_A_HOP + 1 }, (_, n) => `p${n}`).map(
      (id) => [id, seen([finding(id, 'phantom', 'mes.topic')], { curable: false })] as const,
    );
    const lost = ['a', seen([finding('a', 'lost', 'mes.topic', 'm')])] as const;
    const once = { at: 1, orders: new Map([...phantoms, lost]) };
    expect([...repairable(lookAgain(suspect(NO_QUESTIONS, once), once))]).toEqual(['a']);
  });

  const plan = (orderId: string, ...kinds: Repair['kind'][]): RepairPlan => ({
    ...{ orderId, byHand: [] },
    repairs: kinds.map((kind) => ({ kind, orderId, because: '', text: '', evidence: '' }) as Repair),
  });
  const kinds = (plans: readonly RepairPlan[]) =>
    plans.map(({ orderId, repairs }) => [orderId, repairs.map(({ kind }) => kind)]);
  const countingAll = (orderIds: readonly string[]): Questions => {
    const once = look(1, ...orderIds.map((id) => [id, [finding(id, 'lost', 'workflow')]] as const));
    return lookAgain(suspect(NO_QUESTIONS, once), once);
  };

  test('are asked for a few times, with time between, and what is parked is left to people', () => {
    const asked = new AskedRepairs();
    const questions = countingAll(['a', 'b']);
    const both = plan('a', 'redrive', 'run-workflow');
    let now = 0;
    for (let times = 0; times < ASKED_AT_MOST; times += 1) {
      const some = asked.toAsk([both], questions, now);
      expect(kinds(some)).toEqual([['a', ['run-workflow']]]);
      for (const one of some) asked.asked(one, now);
      expect(asked.toAsk([both], questions, now + ASKED_AGAIN_AFTER_MS - 1)).toEqual([]);
      now += ASKED_AGAIN_AFTER_MS;
    }
    expect(asked.toAsk([both], questions, now)).toEqual([]);
    expect(asked.toAsk([both, plan('b', 'run-workflow')], questions, now)).toHaveLength(1);
  });

  test('are asked for beside any number of orders of which nothing is left to ask for', () => {
    const asked = new AskedRepairs();
    const old = Array.from({ length: MOST_AT_A_HOP + 1 }, (_, n) => `${n}`.padStart(2, '0'));
    const questions = countingAll([...old, 'young']);
    const young = plan('young', 'run-workflow');
    const parked = old.map((orderId) => plan(orderId, 'redrive'));
    expect(kinds(asked.toAsk([...parked, young], questions, 0))).toEqual([['young', ['run-workflow']]]);
    // Those that are no longer parked are a crowd, and not when it was asked for each in vain.
    const hopeful = old.map((orderId) => plan(orderId, 'tell-fact'));
    expect(asked.toAsk([...hopeful, young], questions, 0)).toEqual([]);
    for (const one of hopeful) for (let times = 0; times < ASKED_AT_MOST; times += 1) asked.asked(one, 0);
    expect(kinds(asked.toAsk([...hopeful, young], questions, ASKED_AGAIN_AFTER_MS))).toEqual([
      ['young', ['run-workflow']],
    ]);
    // Also of looks at which the others are not.
    expect(kinds(asked.toAsk([young], questions, ASKED_AGAIN_AFTER_MS))).toEqual([['young', ['run-workflow']]]);
  });

  test('that wait to be asked for again keep no place from those behind them', () => {
    const asked = new AskedRepairs();
    const all = Array.from({ length: MOST_AT_A_HOP }, (_, n) => `${n}`.padStart(2, '0'));
    const questions = new Map([...countingAll(all), ...counting(['crm.inbox'])]);
    const waiting = all.map((orderId) => plan(orderId, 'run-workflow'));
    expect(asked.toAsk(waiting, questions, 0)).toHaveLength(MOST_AT_A_HOP);
    for (const one of waiting) asked.asked(one, 0);
    expect(kinds(asked.toAsk([...waiting, plan('0', 'publish-again')], questions, 1))).toEqual([
      ['0', ['publish-again']],
    ]);
  });
});
