import { setTimeout as pause } from 'node:timers/promises';
import { APPS } from '../account/hops.ts';
import { type Finding, isDefect } from '../audit/finding.ts';
import { type AuditLimits, WORKING_LIMITS } from '../audit/limits.ts';
import { type AuditedStack, auditStack, type OrderAudit } from '../audit-stack.ts';
import { parkedOf } from '../sources/views/parked.ts';
import { type Asked, askRepairs, untilCarriedOut } from './asking/ask-repairs.ts';
import type { AskedRepair, RepairClient } from './asking/repair-client.ts';
import { planRepairs } from './plan-repairs.ts';
import type { Ailing } from './remedies.ts';
import type { Repair, RepairPlan } from './repair.ts';

export interface LookOptions {
  /** Default: {@link WORKING_LIMITS}. */
  readonly limits?: AuditLimits;
  readonly signal?: AbortSignal;
}

/**
 * Reads all that a plan for one order is made of.
 *
 * @returns undefined when no source knows the order
 * @throws SourceUnavailableError, ViewUnavailableError
 */
export async function readAiling(
  stack: AuditedStack,
  orderId: string,
  { limits = WORKING_LIMITS, signal }: LookOptions = {},
): Promise<(OrderAudit & Ailing) | undefined> {
  const options = { orderIds: [orderId], limits, ...(signal === undefined ? {} : { signal }) };
  const parked = await Promise.all(APPS.map((app) => parkedOf(stack.postgres[app], app, orderId, signal)));
  for await (const audit of auditStack(stack, options)) return { ...audit, parked: parked.flat() };
  return undefined;
}

export interface RepairingOptions extends LookOptions {
  /** How long to wait until all is carried out and shows, in ms. */
  readonly forMs: number;
  /** Told now and then how far it is, in words. */
  readonly onProgress?: (line: string) => void;
}

/** What became of repairing an order. */
export interface Repaired {
  readonly asked: readonly Asked[];
  /** What was still wrong with the order at the last look; empty when it was accounted for. */
  readonly left: readonly Finding[];
  /** What would be done about that; its repairs are those that had not shown by the end. */
  readonly plan: RepairPlan;
  /** What ended it early, and what was not asked for because of that. */
  readonly broken?: { readonly by: unknown; readonly unasked: readonly Repair[] };
}

/** Between two audits of the order. */
const PAUSE_MS = 1_000;

/**
 * Asks for what would repair an order, waits until it is carried out, and audits the order until nothing is left that a repair would
 * mend, or `forMs` are over. What came to be repairable by a repair (a fact whose message is there again) is asked for as well.
 *
 * What was asked for is carried out, whatever comes after: so an error, of the door or of a source, is answered as `broken` and not
 * thrown.
 *
 * @throws the signal's reason, when it is told to end
 */
export async function repairOrder(
  stack: AuditedStack,
  client: RepairClient,
  ailing: Ailing,
  { forMs, onProgress = () => {}, signal, ...look }: RepairingOptions,
): Promise<Repaired> {
  const until = performance.now() + forMs;
  const aborting = signal === undefined ? {} : { signal };
  const asked = new Map<string, Asked>();
  const names = new Set<string>();
  let seen = ailing;
  let plan = planRepairs(seen);
  const repaired = (): Repaired => ({ asked: [...asked.values()], left: seen.findings.filter(isDefect), plan });
  try {
    for (;;) {
      const fresh = plan.repairs.filter((repair) => !names.has(nameOf(repair)));
      for await (const one of askRepairs(client, { ...plan, repairs: fresh }, signal)) {
        asked.set(keyOf(one), one);
        names.add(nameOf('asked' in one ? one.asked : one.repair));
      }
      const waiting = [...asked.values()].flatMap((one) =>
        'asked' in one && one.asked.state === 'asked' ? [one.asked] : [],
      );
      const carriedOut = await untilCarriedOut(client, waiting, {
        forMs: Math.max(0, until - performance.now()),
        onLook: (still) => onProgress(`${still} of ${asked.size} repairs are still to be carried out`),
        ...aborting,
      });
      for (const one of carriedOut) asked.set(one.id, { asked: one });

      const found = await readAiling(stack, plan.orderId, { ...look, ...aborting });
      if (found === undefined) return { ...repaired(), left: [], plan: { ...plan, repairs: [] } };
      seen = found;
      plan = planRepairs(seen);
      const hopeless = plan.repairs.every((repair) => endedInVain(repair, asked));
      if (hopeless || performance.now() >= until) return repaired();
      onProgress(`carried out; ${repaired().left.length} of its findings are still to go`);
      await pause(PAUSE_MS, undefined, aborting);
    }
  } catch (error) {
    signal?.throwIfAborted();
    return { ...repaired(), broken: { by: error, unasked: plan.repairs.filter((one) => !names.has(nameOf(one))) } };
  }
}

/** By which a repair that was asked for is known again; its evidence is another once it was carried out. */
const nameOf = (repair: Repair | AskedRepair): string =>
  `${repair.kind} ${'messageId' in repair ? (repair.messageId ?? '') : ''}`;
const keyOf = (one: Asked): string => ('asked' in one ? one.asked.id : nameOf(one.repair));

/** Refused, or not even asked for: no waiting helps. Nothing planned at all is the best of it. */
function endedInVain(repair: Repair, asked: ReadonlyMap<string, Asked>): boolean {
  return [...asked.values()].some((one) =>
    'asked' in one
      ? one.asked.state === 'refused' && nameOf(repair) === nameOf(one.asked)
      : nameOf(one.repair) === nameOf(repair),
  );
}
