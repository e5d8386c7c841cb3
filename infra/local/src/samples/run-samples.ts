import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CHECKOUT } from '../stack/places.ts';
import type { StackFile } from '../stack/state/stack-file.ts';
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
  return Promise.all(
    sampleModels()
      .slice(0, METALS.length)
      .map(async (model, index) => {
        const order = await people.submit(model, METALS[index] ?? METALS[0]);
        say(`  ${order.number} is ${model.name}`);
        return driveToItsEnd(order, people, say, within);
      }),
  );
}

/** The sample models, by name. */
export function sampleModels(): readonly { readonly name: string; readonly content: Buffer }[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.stl'));
  return names.sort().map((name) => ({ name, content: readFileSync(join(FOLDER, name)) }));
}

/** Lives one order: tells each entry of its history once, does what its status asks for, until it is final. */
export async function driveToItsEnd(
  { id, number }: SampleOrder,
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
      say(lineOf(number, entry));
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

function lineOf(number: string, { kind, from, to, reason, at }: HistoryEntry): string {
  const change = kind === 'refused' ? 'refused a fact' : from === null ? to : `${from} → ${to}`;
  return `  ${at.slice(11, 23)}  ${number}  ${change}${reason === null ? '' : `: ${reason}`}`;
}
