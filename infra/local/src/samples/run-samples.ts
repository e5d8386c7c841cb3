import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CHECKOUT } from '../stack/places.ts';
import type { StackFile } from '../stack/stack-file.ts';
import { type People, peopleOf, type SampleOrder } from './people.ts';

const FOLDER = join(CHECKOUT, 'infra', 'local', 'samples');
const METALS = ['gold-750', 'silver-925', 'platinum-950'] as const;
const LOOK_AGAIN_MS = 150;
/** Nobody waits longer for a sample; it goes on without being watched. */
const LIMIT_MS = 120_000;
const FINAL = ['DELIVERED', 'CANCELLED', 'REJECTED'];

/** How a sample order ended up. */
export interface SampleResult {
  readonly id: string;
  readonly number: string;
  readonly status: string;
}

/**
 * Submits three orders, one a sample model, and drives them through the doors as customer, operator and courier would,
 * all at the same time. `say` gets a line per status change. Answers with how each order ended up.
 */
export async function runSamples(
  stack: StackFile,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly SampleResult[]> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const people = await peopleOf(stack, within);
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.stl'));
  const models = names.sort().slice(0, METALS.length);
  return Promise.all(
    models.map(async (name, index) => {
      const model = { name, content: readFileSync(join(FOLDER, name)) };
      const order = await people.submit(model, METALS[index] ?? METALS[0]);
      return live(order, name, people, say, within);
    }),
  );
}

/** Lives one order: looks at it, does what its status asks for, and tells each change, until it is final. */
async function live(
  submitted: SampleOrder,
  model: string,
  people: People,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<SampleResult> {
  let order = submitted;
  let shown = '';
  for (;;) {
    if (order.status !== shown) {
      say(lineOf(order, shown, model));
      shown = order.status;
      if (order.status === 'PRICED') {
        await people.accept(order);
      } else if (order.status === 'SHIPPED') {
        await people.deliver(order.id);
      }
    }
    if (FINAL.includes(order.status)) {
      return { id: order.id, number: order.number, status: order.status };
    }
    if (!BEFORE_WORK.includes(order.status)) {
      await people.work(order.id);
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal });
    order = await people.look(order.id);
  }
}

const BEFORE_WORK = ['SUBMITTED', 'PRICING', 'PRICED'];

const lineOf = ({ number, status, reason }: SampleOrder, before: string, model: string): string => {
  const time = new Date().toISOString().slice(11, 23);
  const change = before === '' ? `${status} (${model})` : `${before} → ${status}`;
  return `  ${time}  ${number}  ${change}${reason === null ? '' : `: ${reason}`}`;
};
