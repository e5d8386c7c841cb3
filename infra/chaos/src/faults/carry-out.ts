import { setTimeout as delay } from 'node:timers/promises';
import type { Tally } from '@bezel/demo/clients';
import type { Span } from '../check/evidence.ts';
import type { Clients } from '../clients/run-clients.ts';
import { recoveredAfter } from '../recovery/watch.ts';
import type { PlannedFault } from '../schedule/schedule.ts';
import type { System } from '../system/system.ts';
import type { FaultKind } from './fault.ts';
import { Felt } from './felt.ts';
import { injectFault } from './inject.ts';

/** A fault that was injected and healed. */
export interface DoneFault {
  readonly fault: PlannedFault;
  /** Seconds from the end of the cause until the system as a whole moved again; null: not seen. */
  readonly recoveredS: number | null;
  /** False when another was felt at the same time: its time says nothing of this kind. */
  readonly alone: boolean;
  /** Why nobody met it; null: it did something. */
  readonly idle: string | null;
  /** Orders of which it published messages the wrong way round. */
  readonly reordered: readonly string[];
  /** From its injection until the system moved again, or was no longer looked at. */
  readonly felt: Span;
}

/** A fault that the system refused again and again, in its own words. */
export interface RefusedFault {
  readonly fault: PlannedFault;
  readonly refused: string;
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
  /** No more faults from here. */
  readonly closing: AbortSignal;
  readonly signal: AbortSignal;
}

/**
 * Carries out a schedule. Whatever happens, each fault that was injected is healed. Settles when the last has recovered, or
 * when nobody waits for that any more; answers those that were injected, and those that could not be.
 */
export async function carryOut(
  plan: readonly PlannedFault[],
  options: CarryOutOptions,
): Promise<{ readonly done: readonly DoneFault[]; readonly refused: readonly RefusedFault[] }> {
  const { kinds, tally, steps, closing, signal, recoveryMs, system } = options;
  const ending = AbortSignal.any([closing, signal]);
  const under: Promise<DoneFault | RefusedFault | null>[] = [];
  const felt = new Felt();
  const possible = plan.filter(({ kind }) =>
    kinds.some(({ name, missing }) => name === kind && missing(system) === null),
  );
  for (const [index, fault] of possible.entries()) {
    await tally.reached(Math.floor(fault.at * steps), ending);
    if (ending.aborted) break;
    const kind = kinds.find(({ name }) => name === fault.kind) as FaultKind;
    const doing = one(kind, fault, felt, ending, options);
    doing.catch(() => {}); // awaited below
    under.push(doing);
    if (possible[index + 1]?.together === true) continue;
    const patience = new AbortController();
    const enough = delay(recoveryMs + fault.lastsMs, undefined, { signal: patience.signal }).catch(() => {});
    await Promise.race([Promise.all(under), enough]);
    patience.abort();
  }
  const ended = (await Promise.all(under)).filter((each) => each !== null);
  return {
    done: ended.filter((each): each is DoneFault => !('refused' in each)),
    refused: ended.filter((each) => 'refused' in each),
  };
}

/** Null when it was not injected before everybody was told to end. */
async function one(
  kind: FaultKind,
  fault: PlannedFault,
  felt: Felt,
  ending: AbortSignal,
  { system, clients, run, say, signal, recoveryMs }: CarryOutOptions,
): Promise<DoneFault | RefusedFault | null> {
  const what = `${kind.name} of ${fault.target}`;
  const feeling = felt.begin();
  say(`✗ ${what}${fault.lastsMs > 0 ? `, for ${seconds(fault.lastsMs)} s` : ''}`);
  const injection = await injectFault(() => kind.inject(fault, system), ending);
  if (injection === null || 'refused' in injection) {
    felt.end(feeling);
    if (injection !== null) say(`! ${what}: not run, it was refused: ${injection.refused}`);
    return injection && { fault, refused: injection.refused };
  }
  const { injected, from } = injection;
  try {
    await delay(fault.lastsMs, undefined, { signal }).catch(() => {});
  } finally {
    await injected.heal();
  }
  const healedAt = Date.now();
  const idle = injected.idle();
  if (idle !== null) say(`! ${what}: ${idle}`);
  const { ms, last } = await recoveredAfter({
    ...{ system, run, healedAt, abandoned: clients.abandoned, probe: clients.oneMore() },
    back: () => injected.back(),
    signal: AbortSignal.any([signal, AbortSignal.timeout(3 * recoveryMs)]),
  });
  felt.end(feeling);
  if (ms === null) say(`! ${what}: NOT recovered, still waiting for ${last}`);
  else say(`✓ ${what}: recovered after ${seconds(ms)} s, at last ${last}`);
  const recoveredS = ms === null ? null : ms / 1_000;
  return {
    fault,
    recoveredS,
    alone: feeling.alone,
    idle,
    reordered: injected.reordered,
    felt: { from, to: Date.now() },
  };
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
