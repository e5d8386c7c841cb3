import { durationInWords, type Lifecycle, type Stage } from '../lifecycle/index.ts';
import { endInWords } from '../lifecycle/words.ts';
import { GENERATED_BY } from './generated-by.ts';

/** `docs/partners/order-statuses.md`: what each status means to a partner, and what can be done in it. */
export const renderPartnerPage = (lifecycle: Lifecycle): string =>
  [
    '# The statuses of an order',
    '',
    `<!-- ${GENERATED_BY} -->`,
    '',
    'For partners whose systems follow their orders. `status` is what `GET /v1/orders/{id}` answers with; `GET /v1/orders/{id}/history`',
    'lists each change with its time and, where there is one, its reason. New statuses may be added: treat one you do not know as',
    '“still being worked on”.',
    '',
    `An order begins as \`${Object.keys(lifecycle)[0]}\` and ends as ${orList(finalOf(lifecycle))}; nothing changes after that.`,
    '',
    'Every change of status is one event `shop.order-status-changed`, with the new status as `to` and a number `seq` that counts the',
    'changes of one order from 1 without a hole. A delay is one event `shop.order-delayed`: `late` when a status lasts longer than it may,',
    '`predicted` when it is about to, or when the order will be delivered later than promised. Their fields are in',
    '[asyncapi.json](../asyncapi.json). As long as no events are sent to you, the history says the same.',
    '',
    'You can send a request again with the same `Idempotency-Key`: it is carried out once. Accepting and cancelling answer 202: the status',
    'follows within moments.',
    '',
    '| status | in short | the next is up to | may take |',
    '|---|---|---|---|',
    ...Object.entries(lifecycle).map(
      ([status, stage]) =>
        `| [${status}](#${status.toLowerCase()}) | ${stage.meaning} | ${turn(stage)} | ${stage.sla === null ? '–' : durationInWords(stage.sla.withinMs)} |`,
    ),
    '',
    ...Object.entries(lifecycle).flatMap(([status, stage], index) => [...section(status, stage, index === 0), '']),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');

const finalOf = (lifecycle: Lifecycle): string[] =>
  Object.entries(lifecycle)
    .filter(([, { final }]) => final)
    .map(([status]) => `\`${status}\``);

const orList = (items: readonly string[]): string =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;

/** Partners do not know our workshops apart. */
const turn = ({ owner }: Stage<string>): string => {
  if (owner === null) return 'nobody: it is final';
  return owner === 'customer' ? 'you' : owner === 'courier' ? 'the courier' : 'us';
};

function section(status: string, stage: Stage<string>, isFirst: boolean): string[] {
  const event = isFirst ? '`shop.order-submitted`' : `\`shop.order-status-changed\` with \`"to": "${status}"\``;
  return [
    `## ${status}`,
    '',
    stage.meaning,
    '',
    `**What happens next.** ${stage.final ? 'Nothing: the order has ended.' : 'It becomes'}`,
    ...(stage.final ? [] : ['', ...nexts(stage)]),
    '',
    `**How long it may take.** ${time(stage)}`,
    '',
    `**What you can do.** ${deeds(stage)}`,
    '',
    `**What tells you.** ${event}.`,
  ];
}

const nexts = ({ endedBy }: Stage<string>): string[] =>
  Object.entries(endedBy).map(([message, to]) => `- \`${to}\` when ${endInWords(message as keyof typeof endedBy)}`);

function time({ final, sla, endedBy }: Stage<string>): string {
  if (final) return 'It stays so.';
  if (sla === null) {
    return endedBy['offer-expired'] === undefined
      ? 'As long as you need.'
      : 'Until the offer runs out: `offer.expiresAt` says when.';
  }
  const limit = `Usually ${durationInWords(sla.typicalMs)}, at most ${durationInWords(sla.withinMs)}.`;
  return sla.tells.includes('customer')
    ? `${limit} If it takes longer you are told once, by \`shop.order-delayed\` with \`"kind": "late"\`.`
    : `${limit} If it takes longer our operators look into it.`;
}

function deeds({ final, endedBy }: Stage<string>): string {
  const accept = endedBy['price-accepted'] !== undefined;
  const cancel = endedBy['cancellation-requested'] !== undefined;
  const can = [
    ...(accept ? ['Accept the offer: `POST /v1/orders/{id}/accept`.'] : []),
    ...(cancel ? ['Cancel: `POST /v1/orders/{id}/cancel` with `{"reason": "…"}`.'] : []),
  ];
  if (can.length > 0) return can.join(' ');
  return final ? 'Order again, with a new order.' : 'Wait: it cannot be cancelled any more.';
}
