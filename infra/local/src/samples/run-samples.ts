import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CHECKOUT } from '../stack/places.ts';
import type { StackFile } from '../stack/stack-file.ts';
import { type HistoryEntry, type People, peopleOf, type SampleOrder } from './people.ts';

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

/** Lives one order: tells each entry of its history once, does what its status asks for, until it is final. */
async function live(
  { id, number }: SampleOrder,
  model: string,
  people: People,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<SampleResult> {
  let told = 0;
  for (;;) {
    const history = await people.history(id);
    const news = history.slice(told);
    told = history.length;
    for (const entry of news) {
      say(lineOf(number, entry, model));
    }
    const status = history.findLast(({ kind }) => kind === 'moved')?.to ?? 'SUBMITTED';
    if (FINAL.includes(status)) {
      return { id, number, status };
    }
    if (news.length > 0 && status === 'PRICED') {
      await people.accept(id);
    } else if (news.length > 0 && status === 'SHIPPED') {
      await people.deliver(id);
    } else if (!BEFORE_WORK.includes(status)) {
      await people.work(id);
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
}

const BEFORE_WORK = ['SUBMITTED', 'PRICING', 'PRICED'];

function lineOf(number: string, { kind, from, to, reason, at }: HistoryEntry, model: string): string {
  const change = kind === 'refused' ? 'refused a fact' : from === null ? `${to} (${model})` : `${from} → ${to}`;
  return `  ${at.slice(11, 23)}  ${number}  ${change}${reason === null ? '' : `: ${reason}`}`;
}
