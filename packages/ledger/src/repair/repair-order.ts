import { setTimeout as pause } from 'node:timers/promises';
import { type Finding, isDefect } from '../audit/finding.ts';
import { type AuditLimits, WORKING_LIMITS } from '../audit/limits.ts';
import { type AuditedStack, auditStack, type OrderAudit } from '../audit-stack.ts';
import { parkedOf } from '../sources/parked.ts';
import { type Asked, askRepairs, untilCarriedOut } from './ask-repairs.ts';
import { planRepairs } from './plan-repairs.ts';
import type { Ailing } from './remedies.ts';
import type { RepairPlan } from './repair.ts';
import type { RepairClient } from './repair-client.ts';

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
  const parked = await Promise.all(
    (['shop', 'mes', 'crm'] as const).map((app) => parkedOf(stack.postgres[app], app, orderId, signal)),
  );
  for await (const audit of auditStack(stack, options)) return { ...audit, parked: parked.flat() };
  return undefined;
}

export interface RepairingOptions extends LookOptions {
  /** How long to wait until all is carried out and shows, in ms. */
  readonly forMs: number;
  /** Told now and then how far it is, in words. */
  readonly onProgress?: (line: string) => void;
}

/** What became of a plan. */
export interface Repaired {
  readonly asked: readonly Asked[];
  /** What is still wrong with the order; empty when it is accounted for. */
  readonly left: readonly Finding[];
  /** What would be done about that; its repairs are those that had not shown by the end. */
  readonly plan: RepairPlan;
}

/** Between two audits of the order. */
const PAUSE_MS = 1_000;

/**
 * Asks for what a plan wants, waits until it is carried out, and audits the order until nothing is left that a repair would mend, or
 * `forMs` are over. What came to be repairable by a repair (a fact whose message is there again) is asked for as well.
 *
 * @throws RepairNotAskedError when nothing can be asked for; SourceUnavailableError, ViewUnavailableError
 */
export async function repairOrder(
  stack: AuditedStack,
  client: RepairClient,
  plan: RepairPlan,
  { forMs, onProgress = () => {}, signal, ...look }: RepairingOptions,
): Promise<Repaired> {
  const until = performance.now() + forMs;
  const aborting = signal === undefined ? {} : { signal };
  const asked = new Map<string, Asked>();
  const names = new Set<string>();
  for (let wanted = plan; ; ) {
    const fresh = wanted.repairs.filter((repair) => !names.has(nameOf(repair)));
    for (const repair of fresh) names.add(nameOf(repair));
    for (const one of await askRepairs(client, { ...wanted, repairs: fresh }, signal)) asked.set(keyOf(one), one);
    const waiting = [...asked.values()].flatMap((one) =>
      'asked' in one && one.asked.state === 'asked' ? [one.asked] : [],
    );
    const carriedOut = await untilCarriedOut(client, waiting, {
      forMs: Math.max(0, until - performance.now()),
      onLook: (still) => onProgress(`${still} of ${asked.size} repairs are still to be carried out`),
      ...aborting,
    });
    for (const one of carriedOut) asked.set(one.id, { asked: one });

    const ailing = await readAiling(stack, plan.orderId, { ...look, ...aborting });
    if (ailing === undefined) return { asked: [...asked.values()], left: [], plan: { ...plan, repairs: [] } };
    wanted = planRepairs(ailing);
    const left = ailing.findings.filter((finding) => isDefect(finding));
    const hopeless = wanted.repairs.every((repair) => endedInVain(repair, asked));
    if (hopeless || performance.now() >= until) return { asked: [...asked.values()], left, plan: wanted };
    onProgress(`carried out; ${left.length} of its findings are still to go`);
    await pause(PAUSE_MS, undefined, aborting);
  }
}

type Planned = RepairPlan['repairs'][number];

/** By which a repair that was asked for is known again; its evidence is another once it was carried out. */
const nameOf = (repair: Planned): string => `${repair.kind} ${'messageId' in repair ? repair.messageId : ''}`;
const keyOf = (one: Asked): string => ('asked' in one ? one.asked.id : `${one.repair.kind} ${one.notAsked.message}`);

/** Refused, or not even asked for: no waiting helps. Nothing planned at all is the best of it. */
function endedInVain(repair: Planned, asked: ReadonlyMap<string, Asked>): boolean {
  return [...asked.values()].some((one) =>
    'asked' in one
      ? one.asked.state === 'refused' && nameOf(repair) === `${one.asked.kind} ${one.asked.messageId ?? ''}`
      : nameOf(one.repair) === nameOf(repair),
  );
}
