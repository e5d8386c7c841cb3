import { setTimeout as delay } from 'node:timers/promises';
import type { Tally } from '@bezel/demo/clients';
import type { Clients } from '../clients/run-clients.ts';
import { openOrders, recoveredAfter } from '../recovery/watch.ts';
import type { PlannedFault } from '../schedule/schedule.ts';
import type { System } from '../system/system.ts';
import type { FaultKind } from './fault.ts';

/** A fault that was injected and healed. */
export interface DoneFault {
  readonly fault: PlannedFault;
  /** Seconds from the end of the cause until the system as a whole moved again; null: not seen. */
  readonly recoveredS: number | null;
  /** False when another fault fell into it: its time says nothing of this kind. */
  readonly alone: boolean;
}

export interface CarryOutOptions {
  readonly system: System;
  readonly kinds: readonly FaultKind[];
  readonly clients: Clients;
  readonly tally: Tally;
  readonly run: string;
  /** Steps of clients that a run has. */
  readonly steps: number;
  /** How long the next fault waits for the recovery of the one before. */
  readonly recoveryMs: number;
  readonly say: (line: string) => void;
  /** The clients are done: what is left comes one after the other. */
  readonly hurry: AbortSignal;
  /** No more faults from here. */
  readonly closing: AbortSignal;
  readonly signal: AbortSignal;
}

/** Carries out a schedule. Whatever happens, each fault that was injected is healed. Settles when the last has recovered. */
export async function carryOut(plan: readonly PlannedFault[], options: CarryOutOptions): Promise<readonly DoneFault[]> {
  const { kinds, tally, steps, hurry, closing, signal, recoveryMs, system } = options;
  const ending = AbortSignal.any([closing, signal]);
  const under: Promise<DoneFault>[] = [];
  const possible = plan.filter(({ kind }) =>
    kinds.some(({ name, missing }) => name === kind && missing(system) === null),
  );
  for (const [index, fault] of possible.entries()) {
    await tally.reached(Math.floor(fault.at * steps), AbortSignal.any([hurry, ending]));
    if (ending.aborted) break;
    const kind = kinds.find(({ name }) => name === fault.kind) as FaultKind;
    const alone = !fault.together && possible[index + 1]?.together !== true;
    const doing = one(kind, fault, options).then((recoveredS) => ({ fault, recoveredS, alone }));
    doing.catch(() => {}); // awaited below
    under.push(doing);
    if (possible[index + 1]?.together === true) continue;
    const patience = new AbortController();
    const enough = delay(recoveryMs + fault.lastsMs, undefined, { signal: patience.signal }).catch(() => {});
    await Promise.race([Promise.all(under), enough]);
    patience.abort();
  }
  return Promise.all(under);
}

async function one(
  kind: FaultKind,
  fault: PlannedFault,
  { system, clients, run, say, signal, recoveryMs }: CarryOutOptions,
): Promise<number | null> {
  const openBefore = await retried(() => openOrders(system, run), signal);
  say(`✗ ${kind.name} of ${fault.target}${fault.lastsMs > 0 ? `, for ${seconds(fault.lastsMs)} s` : ''}`);
  const { heal, back } = await retried(() => kind.inject(fault, system), signal);
  try {
    await delay(fault.lastsMs, undefined, { signal }).catch(() => {});
  } finally {
    await heal();
  }
  const healedAt = Date.now();
  const { ms, last } = await recoveredAfter({
    ...{ system, healedAt, openBefore, abandoned: clients.abandoned, probe: clients.oneMore() },
    back,
    signal: AbortSignal.any([signal, AbortSignal.timeout(3 * recoveryMs)]),
  });
  if (ms === null) say(`! ${kind.name} of ${fault.target}: NOT recovered, still waiting for ${last}`);
  else say(`✓ ${kind.name} of ${fault.target}: recovered after ${seconds(ms)} s, at last ${last}`);
  return ms === null ? null : ms / 1_000;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

const AGAIN_MS = 200;

/** A database may be away when a fault comes while another is still felt. */
async function retried<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted) throw error;
      await delay(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }
}
