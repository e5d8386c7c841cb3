import { setTimeout as delay } from 'node:timers/promises';
import {
  AT_REST_LIMITS,
  type AuditedStack,
  auditStack,
  type Claim,
  type Finding,
  isDefect,
  type OrderAccount,
  type TopicOffsets,
} from '@bezel/ledger';
import type { Records } from '../clients/records.ts';
import { findClientLosses } from './client-findings.ts';
import { submissionsOnTopic } from './submissions-on-topic.ts';

/** What was found of the orders of a run, and in which status they ended. */
export interface Verdict {
  readonly findings: readonly Finding[];
  /** Orders by the status of their row. */
  readonly statuses: ReadonlyMap<string, number>;
  /** Figures of the audit itself, for the table. */
  readonly audited: {
    readonly orders: number;
    readonly messages: number;
    readonly copies: number;
    readonly handled: number;
    readonly moves: number;
    readonly refusals: number;
  };
}

export interface VerdictOptions {
  readonly stack: () => AuditedStack;
  /** Where the topics ended when the run began. */
  readonly from: TopicOffsets;
  /** What the names of this run's model files begin with. */
  readonly run: string;
  readonly records: Records;
  /** How long the system may take to come to rest after the clients are done. */
  readonly settleMs: number;
  readonly signal: AbortSignal;
}

/** What may still arrive. The others stay as they are, however long one waits. */
const MAY_PASS: ReadonlySet<Finding['kind']> = new Set(['lost', 'unfinished', 'phantom']);
const LOOK_AGAIN_MS = 500;

/**
 * Audits the orders of a run as of a system at rest: whatever is missing is lost. The last messages may be on their way
 * when the clients are done, so what is missing is looked at again until it is there, or `settleMs` are over.
 */
export async function reachVerdict(options: VerdictOptions): Promise<Verdict> {
  const deadline = performance.now() + options.settleMs;
  for (;;) {
    const verdict = await auditRun(options);
    const mayPass = verdict.findings.some(({ kind }) => MAY_PASS.has(kind));
    if (!mayPass || performance.now() > deadline || options.signal.aborted) return verdict;
    await delay(LOOK_AGAIN_MS, undefined, { signal: options.signal }).catch(() => {});
  }
}

async function auditRun({ stack, from, run, records }: VerdictOptions): Promise<Verdict> {
  const accounts = new Map<string, OrderAccount>();
  const findings: Finding[] = [];
  const ordersByFile = await submissionsOnTopic(stack().kafka, { from, run });
  const told = [...ordersByFile.values()].flatMap((orders) => [...orders]);
  const orderIds = [...new Set([...records.orderIds, ...told])];
  const claims = records.submissions.flatMap(({ orderIds: answered, at }): Claim[] =>
    answered.map((orderId) => ({ source: 'client', orderId, at })),
  );
  for await (const { account, findings: found } of auditStack(stack(), {
    limits: AT_REST_LIMITS,
    orderIds,
    from,
    claims,
  })) {
    accounts.set(account.orderId, account);
    findings.push(...found.filter(isDefect));
  }
  findings.push(...findClientLosses(records, accounts, ordersByFile));
  return { findings, statuses: statusesOf(accounts), audited: figuresOf([...accounts.values()]) };
}

function statusesOf(accounts: ReadonlyMap<string, OrderAccount>): Map<string, number> {
  const statuses = new Map<string, number>();
  for (const { orders } of accounts.values()) {
    const status = orders[0]?.status;
    if (status !== undefined) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  return statuses;
}

function figuresOf(accounts: readonly OrderAccount[]): Verdict['audited'] {
  const sum = (of: (account: OrderAccount) => number): number =>
    accounts.reduce((total, account) => total + of(account), 0);
  return {
    orders: accounts.length,
    messages: sum(({ written }) => written.length),
    copies: sum(({ copies }) => copies.length),
    handled: sum(({ handled }) => handled.length),
    moves: sum(({ moves }) => moves.length),
    refusals: sum(({ refusals }) => refusals.length),
  };
}
