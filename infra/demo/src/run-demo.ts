import { randomBytes } from 'node:crypto';
import { type AuditedStack, ORDER_TOPICS, openTopics } from '@bezel/ledger';
import { reachVerdict } from './check/verdict.ts';
import { sampleModels } from './clients/models.ts';
import { Records } from './clients/records.ts';
import { Tally } from './clients/tally.ts';
import { allBack, type Kill, killByPlan } from './kills/killer.ts';
import { planKills } from './kills/schedule.ts';
import type { DemoOptions } from './options.ts';
import { planOrder, stepsOf } from './plan/order-plan.ts';
import { openProgress } from './report/progress.ts';
import { isSound, type Summary, summarise } from './report/summary.ts';
import { report } from './report/table.ts';
import { runClients } from './run-clients.ts';
import type { Stack } from './stack/stack.ts';

export interface DemoOutcome {
  readonly summary: Summary;
  readonly sound: boolean;
}

/**
 * Orders as customers would, makes as operators would, delivers as a courier would, kills processes meanwhile, and then
 * holds everything that is known about the orders against what must be true.
 *
 * The clients give up when nothing was achieved for `patienceMs`; the verdict then says what is unfinished.
 *
 * @throws the reason of `signal` when it fires
 */
export async function runDemo(
  stack: Stack,
  options: DemoOptions,
  { out, signal }: { readonly out: NodeJS.WriteStream; readonly signal: AbortSignal },
): Promise<DemoOutcome> {
  const { seed, orders, concurrency, operators } = options;
  const models = await sampleModels();
  const plans = Array.from({ length: orders }, (_, index) =>
    planOrder(seed, index, { models: models.length, cancelPercent: options.cancelPercent }),
  );
  const steps = plans.reduce((sum, plan) => sum + stepsOf(plan), 0);
  const run = `demo-${randomBytes(4).toString('hex')}`;
  const tally = new Tally();
  const records = new Records();
  const kills: Kill[] = [];

  const audited = (): AuditedStack => {
    const { postgres, kafka, temporal } = stack.now().servers;
    return { postgres: postgres.audit, kafka: kafka.brokers, temporal };
  };
  await using topics = openTopics(audited().kafka);
  const from = await topics.ends(Object.values(ORDER_TOPICS));

  const began = performance.now();
  using progress = openProgress(out, { tally, orders, kills: () => kills.length });
  const clientsDone = new AbortController();
  const gaveUp = new AbortController();
  const giveUp = tally.stalled(options.patienceMs, AbortSignal.any([signal, clientsDone.signal])).then(() => {
    if (clientsDone.signal.aborted) return;
    if (!signal.aborted) progress.say(`Nothing has moved for ${options.patienceMs / 1_000} s: the clients give up.`);
    gaveUp.abort();
  });
  const killing = killByPlan(
    planKills(seed, options.kills, steps),
    {
      stack,
      tally,
      servers: options.killServers,
      onKill: (kill) => {
        kills.push(kill);
        progress.say(`  ✗ SIGKILL ${kill.name} (process ${kill.pid}) after ${kill.afterSteps} of ${steps} steps`);
      },
    },
    { hurry: clientsDone.signal, signal },
  );
  await runClients({ stack, plans, models, records, tally, seed, run, concurrency, operators, signal: gaveUp.signal });
  clientsDone.abort();
  await Promise.all([giveUp, killing]);
  signal.throwIfAborted();

  const settling = AbortSignal.any([signal, AbortSignal.timeout(options.settleMs)]);
  const missing = await allBack(stack, kills, settling);
  for (const name of missing) records.complain(name, 'was killed and did not come back');
  const verdict = await reachVerdict({ stack: audited, from, run, records, settleMs: options.settleMs, signal });
  signal.throwIfAborted();

  const summary = summarise(verdict, {
    submitted: records.submissions.length,
    kills: kills.length,
    seconds: (performance.now() - began) / 1_000,
    complaints: records.complaints.length,
    retries: tally.retries,
    seed,
  });
  const sound = isSound(summary, orders);
  progress.end();
  out.write(`${report(summary, verdict, { kills, complaints: records.complaints, sound })}\n`);
  return { summary, sound };
}
