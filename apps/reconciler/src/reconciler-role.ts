import { setTimeout as delay } from 'node:timers/promises';
import { eventAt, repairClient, signedIn } from '@bezel/ledger';
import { Reconciler } from '@bezel/ledger/reconciler';
import { log, type Role } from '@bezel/service';
import type { Config } from './config.ts';
import { countRepairs, reportFigures } from './report-figures.ts';

/** What waits for a server that is away waits longer than a process may take to end. It reads, or asks what may be asked again. */
const ABANDONED_AFTER_MS = 4_000;

/**
 * The role that audits all the time. It works while it looks, or stands by for the one that does; servers that are away end
 * nothing: `health` and the metrics say so, and it goes on when they are back.
 */
export function reconcilerRole({ stack, door }: Pick<Config, 'stack' | 'door'>): Role {
  const ending = new AbortController();
  const count = countRepairs();
  const repairs =
    door &&
    repairClient({
      shopUrl: door.shopUrl,
      authorization: signedIn(door),
      eventAt: (place) => eventAt(stack, place),
      asker: 'reconciler',
    });
  const reconciler = new Reconciler(stack, {
    ...(repairs === undefined ? {} : { repairs }),
    onLead: (leads) => log.info({ 'event.action': leads ? 'leads' : 'stands-by' }, leads ? 'leads' : 'stands by'),
    onUnaccounted: (orderId, findings) => {
      const words = findings.map(({ kind, hop, detail }) => `${kind} at ${hop}: ${detail}`);
      log.error({ 'event.action': 'order-unaccounted', 'order.id': orderId }, words.join('; '));
    },
    onAccounted: (orderId) =>
      log.info({ 'event.action': 'order-accounted', 'order.id': orderId }, 'the order is accounted for again'),
    onRepair: ({ orderId, kind, outcome, text }) => {
      count(kind, outcome);
      log.warn({ 'event.action': 'order-repair', 'order.id': orderId }, `repair ${kind} ${outcome}: ${text}`);
    },
    onTrouble: (source, error) =>
      log.warn({ err: error, 'event.action': 'reconciler-problem', 'bezel.source': source }, `cannot look: ${source}`),
    onPass: ({ orders, suspected, seconds }) =>
      log.info(
        { 'event.action': 'passed' },
        `all ${orders} orders in ${seconds.toFixed(1)} s, ${suspected} to be looked at again`,
      ),
  });
  let stopReporting = (): void => {};
  let running: Promise<void> | undefined;
  return {
    async start(fatal) {
      stopReporting = reportFigures(() => reconciler.figures());
      running = reconciler.run(ending.signal);
      running.catch(fatal);
    },
    async stop() {
      ending.abort(new Error('the process ends'));
      await Promise.race([running, delay(ABANDONED_AFTER_MS, undefined, { ref: false })]);
      stopReporting();
    },
    health: () => reconciler.health(),
  };
}
