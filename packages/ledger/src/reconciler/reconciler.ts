import { setTimeout as delay } from 'node:timers/promises';
import { type Finding, isDefect } from '../audit/finding.ts';
import { type AuditLimits, WORKING_LIMITS } from '../audit/limits.ts';
import { auditSlices } from '../audit-slices.ts';
import type { AuditedStack, OrderAudit } from '../audit-stack.ts';
import type { RepairClient } from '../repair/asking/repair-client.ts';
import { hopsTold, type ReconcilerFigures } from './figures.ts';
import { lookAtOrders, Repairing, type RepairNews } from './in-question/again.ts';
import {
  AGES,
  type Age,
  counted,
  dueAgain,
  longestSuspected,
  lookAgain,
  NO_QUESTIONS,
  type Questions,
  suspect,
  unaccounted,
} from './in-question/questions.ts';
import type { Looking } from './looking.ts';
import { RECONCILER_TIMES, type ReconcilerTimes } from './reconciler-times.ts';
import { openRounds } from './rounds/round.ts';
import { withLease } from './running/lease.ts';
import { restOf } from './running/pace.ts';
import { keepAt, type Task } from './running/task.ts';
import { type Seen, seenOf } from './seen.ts';
import { sourceOf, type TroubleSource } from './trouble.ts';

/** What a reconciler tells as it happens, for logs and counters. */
export interface ReconcilerListener {
  onLead?(leads: boolean): void;
  /** An order counts as unaccounted for from now on, or does not any more: nothing is wrong with it then. */
  onUnaccounted?(orderId: string, findings: readonly Finding[]): void;
  onAccounted?(orderId: string): void;
  onRepair?(repair: RepairNews): void;
  /** A look could not be done; it is tried again. */
  onTrouble?(source: TroubleSource, error: unknown): void;
  onPass?(pass: { readonly orders: number; readonly suspected: number; readonly seconds: number }): void;
}

export interface ReconcilerOptions extends ReconcilerListener {
  /** Default: {@link WORKING_LIMITS}. */
  readonly limits?: AuditLimits;
  /** Default: {@link RECONCILER_TIMES}. */
  readonly times?: ReconcilerTimes;
  /** Whom it asks for repairs; without one it only reports. */
  readonly repairs?: RepairClient;
}

/** What keeps one look from being done. */
type Doing = 'round' | `again-${Age}` | 'pass' | 'lease' | 'repair';

/**
 * Audits all the time: what has changed every few seconds, everything every few minutes, what is in question until it is answered.
 * Asks for what repairs it safely, and reports the rest. Any number may run: one at a time does it, the others stand by.
 *
 * It reads as `orderctl audit` does and changes nothing itself: the apps carry out what it asks for. What it knows is in memory;
 * one that takes over begins with a pass over everything.
 */
export class Reconciler {
  readonly #stack: AuditedStack;
  readonly #options: ReconcilerOptions;
  readonly #limits: AuditLimits;
  readonly #times: ReconcilerTimes;
  readonly #troubles = new Map<Doing, { readonly source: TroubleSource; readonly text: string }>();
  #leads = false;
  #asked = false;
  #questions: Questions = NO_QUESTIONS;
  #passed = false;
  #roundAt = 0;
  #againAt: Readonly<Record<Age, number>> = { new: 0, old: 0 };
  #passAt = 0;
  /** What time it was by the database, and here. */
  #clock = { shop: 0, at: 0 };

  constructor(stack: AuditedStack, options: ReconcilerOptions = {}) {
    this.#stack = stack;
    this.#options = options;
    this.#limits = options.limits ?? WORKING_LIMITS;
    this.#times = options.times ?? RECONCILER_TIMES;
  }

  /** What it knows now. */
  figures(): ReconcilerFigures {
    const now = performance.now();
    const allIsKnown = this.#leads && this.#passed && this.#blind === undefined;
    return {
      leads: this.#leads,
      unaccounted: hopsTold(unaccounted(this.#questions), allIsKnown),
      inQuestion: this.#questions.size,
      roundAgeMs: now - this.#roundAt,
      againAgeMs: { new: this.#againAgeMs('new', now), old: this.#againAgeMs('old', now) },
      passAgeMs: now - this.#passAt,
      troubles: new Map([...this.#troubles.values()].map(({ source, text }) => [source, text])),
    };
  }

  #againAgeMs(age: Age, here: number): number {
    const { shop, at } = this.#clock;
    const longest = longestSuspected(this.#questions, { now: shop + here - at, age }, this.#times.again);
    return Math.max(here - this.#againAt[age], longest);
  }

  /** Resolves when it does its work, or stands by to; rejects with what keeps it from that. */
  async health(): Promise<{ readonly leads: boolean; readonly unaccounted: number }> {
    if (this.#blind !== undefined) throw new Error(this.#blind);
    if (!this.#asked) throw new Error('it has not asked for its lease yet');
    const counts = unaccounted(this.#questions).values();
    return { leads: this.#leads, unaccounted: [...counts].reduce((sum, count) => sum + count, 0) };
  }

  /** What keeps it from looking, if anything does. */
  get #blind(): string | undefined {
    return [...this.#troubles].find(([doing]) => doing !== 'repair')?.[1].text;
  }

  /** Works until the signal fires. It does not reject: what goes wrong is told, and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    await withLease(
      {
        url: this.#stack.postgres.shop,
        name: 'reconciler',
        signal,
        times: this.#times.lease,
        onAsked: (trouble) => {
          this.#asked = true;
          if (trouble === null) this.#troubles.delete('lease');
          else this.#inTrouble('lease', trouble);
        },
      },
      (leading, clock) => this.#lead(leading, clock),
    );
  }

  async #lead(signal: AbortSignal, clock: () => Promise<number>): Promise<void> {
    this.#leads = true;
    const now = performance.now();
    this.#roundAt = this.#passAt = now;
    this.#againAt = { new: now, old: now };
    this.#options.onLead?.(true);
    // At once: what is under way may take a while to end.
    signal.addEventListener('abort', () => this.#standBy(), { once: true });
    await using rounds = openRounds(this.#stack, { limits: this.#limits, times: this.#times });
    const { round, again, pass } = this.#times;
    const keep = (doing: Doing, task: Pick<Task, 'pace' | 'work'>, onDone = () => {}): Promise<void> =>
      keepAt(
        {
          ...task,
          failed: this.#times.failed,
          stuckMs: this.#times.stuckMs,
          onDone: () => {
            this.#troubles.delete(doing);
            onDone();
          },
          onFailed: (error) => this.#inTrouble(doing, error),
        },
        signal,
      );
    const repairing = this.#options.repairs && new Repairing(this.#stack, this.#options.repairs);
    try {
      await Promise.all([
        keep('round', {
          pace: round,
          work: async (ending, getsOn) => {
            const look = await rounds.look(await clock(), this.#questions, { signal: ending, getsOn });
            this.#questions = suspect(this.#questions, look);
            this.#roundAt = performance.now();
          },
        }),
        ...AGES.map((age) =>
          keep(`again-${age}`, {
            pace: age === 'new' ? again : again.old,
            work: async (ending, getsOn) =>
              this.#again({ now: await clock(), age }, repairing, { signal: ending, getsOn }, signal),
          }),
        ),
        // A pass rests in its midst.
        keep('pass', { pace: { ...pass, share: 1 }, work: this.#passes(clock) }),
      ]);
    } finally {
      this.#standBy();
      this.#options.onLead?.(false);
    }
  }

  /** Who takes over knows nothing of what this one knew; who stands by tells nothing. */
  #standBy(): void {
    this.#leads = this.#passed = false;
    this.#questions = NO_QUESTIONS;
    this.#troubles.clear();
  }

  /** Looks at what is in question of an age, and asks for repairs of what counts. */
  async #again(
    { now, age }: { readonly now: number; readonly age: Age },
    repairing: Repairing | undefined,
    { signal, getsOn }: Looking,
    leading: AbortSignal,
  ): Promise<void> {
    this.#clock = { shop: now, at: performance.now() };
    const orderIds = dueAgain(this.#questions, { now, age }, this.#times.again);
    let audits: readonly OrderAudit[] = [];
    if (orderIds.length > 0) {
      const again = await lookAtOrders(this.#stack, orderIds, { now, limits: this.#limits, signal, getsOn });
      const before = this.#questions;
      this.#questions = lookAgain(before, again.look);
      for (const orderId of orderIds) this.#tellChange(orderId, before, this.#questions);
      audits = again.audits;
    }
    this.#againAt = { ...this.#againAt, [age]: performance.now() };
    try {
      const onRepair = (repair: RepairNews): void => this.#options.onRepair?.(repair);
      await repairing?.repair(audits, this.#questions, { now, signal, getsOn, onRepair });
      this.#troubles.delete('repair');
    } catch (error) {
      // All was read: that nothing can be asked for is no reason to say that nothing is known of the orders.
      if (!leading.aborted) this.#inTrouble('repair', error, sourceOf(error, 'door'));
    }
  }

  #tellChange(orderId: string, before: Questions, after: Questions): void {
    const [was, is] = [before, after].map((questions) => {
      const question = questions.get(orderId);
      return question === undefined ? [] : counted(question);
    }) as [Finding[], Finding[]];
    if (was.length === 0 && is.length > 0) this.#options.onUnaccounted?.(orderId, is);
    if (was.length > 0 && is.length === 0) this.#options.onAccounted?.(orderId);
  }

  /** One pass over all orders; one that failed goes on where it was. */
  #passes(clock: () => Promise<number>): Task['work'] {
    let fromId: string | undefined;
    return async (signal, getsOn) => {
      const began = performance.now();
      const readAt = await clock();
      const rest = this.#resting(signal, getsOn);
      const { ordersASlice } = this.#times.pass;
      let [orders, suspected] = [0, 0];
      let found = new Map<string, Seen>();
      const doubt = (): void => {
        const at = readAt + performance.now() - began;
        this.#questions = suspect(this.#questions, { at, orders: found });
        found = new Map();
      };
      const onSlice = (nextId: string): void => {
        // First what was found: a pass that fails now does not come back to it.
        doubt();
        fromId = nextId;
      };
      const options = { readAt, limits: this.#limits, fromId, ordersASlice, rest, getsOn, onSlice, signal };
      for await (const audit of auditSlices(this.#stack, options)) {
        orders += 1;
        if (!audit.findings.some(isDefect)) continue;
        suspected += 1;
        found.set(audit.account.orderId, seenOf(audit));
        if (found.size >= DOUBTED_AT_ONCE) doubt();
      }
      doubt();
      fromId = undefined;
      this.#passed = true;
      this.#passAt = performance.now();
      this.#options.onPass?.({ orders, suspected, seconds: (this.#passAt - began) / 1_000 });
    };
  }

  /** Rests in the midst of a pass for as long as its share wants, when enough has come together. */
  #resting(signal: AbortSignal, getsOn: () => void): () => Promise<void> {
    let began = performance.now();
    return async () => {
      getsOn();
      const worked = performance.now() - began;
      if (worked < SHORTEST_WORK_MS) return;
      const until = performance.now() + restOf(worked, this.#times.pass.share);
      for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
        await delay(Math.min(left, this.#times.stuckMs / 4), undefined, { signal });
        getsOn();
      }
      began = performance.now();
    };
  }

  #inTrouble(doing: Doing, error: unknown, source = sourceOf(error)): void {
    const text = error instanceof Error ? error.message : String(error);
    const known = this.#troubles.get(doing);
    this.#troubles.set(doing, { source, text });
    if (known?.text !== text) this.#options.onTrouble?.(source, error);
  }
}

const SHORTEST_WORK_MS = 50;
const DOUBTED_AT_ONCE = 100;
