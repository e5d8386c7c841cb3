import { AT_REST_LIMITS, WORKING_LIMITS } from '../../audit/limits.ts';
import { type AuditedStack, auditStack } from '../../audit-stack.ts';
import { findOrder } from '../../sources/views/order-details.ts';
import { shopClock } from '../../sources/views/shop-clock.ts';
import type { Command } from '../command.ts';
import { ORDER_OPTION, orderName } from '../options/order.ts';
import type { Moment } from '../options/parse.ts';
import { UsageError } from '../options/usage-error.ts';
import { accountOutcome } from '../report/account-report.ts';
import { type AuditForm, auditJson, auditLines, auditPieces } from '../report/audit-report.ts';
import { unknownOrder } from '../report/unknown-order.ts';

export const audit: Command = {
  name: 'audit',
  summary: 'Accounts for orders at every hop; exits 1 and names the hop when one is unaccounted for.',
  details: `Reads the audit views of the three databases, the topics and Temporal, and changes nothing: every transaction is read-only.
What is missing and still young is on its way, and no defect: each hop has a minute, each status its patience. Anything else is
unaccounted for, and so is an order of which a source says what cannot be read. Each is told as it is found, however many there are.
With --order the whole account of the order is shown, with what its workflow was told, which is read for no other audit. It exits 3,
never 0, when a source cannot be read; what it told until then is so.`,
  options: [
    ORDER_OPTION,
    {
      name: 'since',
      value: 'time',
      help: 'only orders submitted since, by the time in their ids: 2026-01-31T12:00:00Z, or 90s, 15m, 2h, 3d ago',
    },
    { name: 'at-rest', help: 'of a system that came to rest: what is on its way is lost, what is open is unfinished' },
    { name: 'limit', value: 'n', help: 'show no more unaccounted orders than so many; all are counted' },
  ],
  async run({ given, servers, progress, signal }) {
    const named = given.text('order');
    const since = given.moment('since');
    const limit = given.wholeNumber('limit');
    const atRest = given.flag('at-rest');
    const name = named === undefined ? undefined : orderName(named);
    if (name !== undefined && since !== undefined) {
      throw new UsageError('--order names one order, however old; --since chooses among all: give one of them');
    }
    const { stack } = servers();
    const orderId = name === undefined ? undefined : await findOrder(stack.postgres.shop, name, signal);
    if (name !== undefined && orderId === undefined) return unknownOrder(named ?? '');

    const options = {
      limits: atRest ? { ...AT_REST_LIMITS, workflowsKeptMs: WORKING_LIMITS.workflowsKeptMs } : WORKING_LIMITS,
      onProgress: progress,
      signal,
    };
    if (orderId !== undefined) {
      const one = { ...options, orderIds: [orderId], histories: true };
      for await (const order of auditStack(stack, one)) return accountOutcome(order);
      return unknownOrder(named ?? '');
    }
    const selected = since === undefined ? {} : { since: await instantOf(since, stack, signal) };
    const inPieces = (form: AuditForm) => auditPieces(auditStack(stack, { ...options, ...selected }), form, limit);
    return { jsonPieces: () => inPieces(auditJson()), textPieces: (paint) => inPieces(auditLines(paint)) };
  },
};

/** How long ago something was, the clock of the shop's database tells. */
async function instantOf(moment: Moment, { postgres }: AuditedStack, signal: AbortSignal): Promise<number> {
  return 'at' in moment ? moment.at : (await shopClock(postgres.shop, signal)) - moment.agoMs;
}
