import type { Range } from '../tracker/ranges.ts';
import { has, isDrawing, step } from './postgres.ts';
import { ReaderMachine } from './readers.ts';
import { beginning, type Next, readerSteps, type State, successors, type World } from './shard.ts';

/** A step of an interleaving that ends badly. */
export type Event = Pick<Next, 'who' | 'note'>;

export interface Exploration {
  /** Different states that were reached, and steps between them that were tried. */
  readonly states: number;
  readonly steps: number;
  /** The shortest interleaving that breaks something; undefined when there is none. */
  readonly broken: { readonly what: string; readonly events: readonly Event[] } | undefined;
}

/**
 * Goes through every interleaving of a world, breadth first. States that are alike are gone on from once. What a reader
 * remembers is part of the state and is finite, so this ends by itself, however often it reads.
 *
 * Checked are each row that is read (committed, in order, not twice) and, wherever the reader is between two reads, that
 * it comes to read all that is visible if nobody else does anything any more: nobody waits, and in the end all is read.
 */
export function explore(world: World, maxStates = Number.POSITIVE_INFINITY): Exploration {
  const machine = new ReaderMachine(world.reader);
  const name = naming();
  const first = beginning(world, machine);
  const known = new Set([name(first)]);
  const quiet = new Set<string>();
  const queue: Reached[] = [{ state: first, from: undefined, event: undefined }];
  let steps = 0;
  const result = (broken?: Exploration['broken']): Exploration => ({ states: known.size, steps, broken });
  for (let at = 0; at < queue.length; at += 1) {
    const reached = queue[at] as Reached;
    const stuck = alone(world, machine, reached.state, quiet, name);
    if (stuck !== undefined) return result({ what: stuck.what, events: [...path(reached), ...stuck.events] });
    for (const next of successors(world, machine, reached.state)) {
      steps += 1;
      const after: Reached = { state: next.state, from: reached, event: { who: next.who, note: next.note } };
      if (counts(next.broken, world)) return result({ what: next.broken, events: path(after) });
      const key = name(next.state);
      if (known.has(key)) continue;
      if (known.size >= maxStates) throw new Error(`${world.name} has more than ${maxStates} states`);
      known.add(key);
      queue.push(after);
    }
    // Only the way here is wanted any more.
    reached.state = first;
  }
  return result();
}

interface Reached {
  state: State;
  readonly from: Reached | undefined;
  readonly event: Event | undefined;
}

function path(reached: Reached): Event[] {
  const events: Event[] = [];
  for (let at: Reached | undefined = reached; at?.event !== undefined; at = at.from) events.unshift(at.event);
  return events;
}

/** Reads that make no difference any more end the wait for what is visible. */
function alone(
  world: World,
  machine: ReaderMachine,
  from: State,
  quiet: Set<string>,
  name: (state: State) => string,
): Exploration['broken'] {
  if (from.statement !== undefined || isDrawing(from.database)) return undefined;
  const way: string[] = [];
  const events: Event[] = [{ who: 'reader', note: 'is alone from here on' }];
  let state = from;
  for (;;) {
    if (state.statement === undefined) {
      const key = name(state);
      if (quiet.has(key)) break;
      if (way.includes(key)) {
        const what = unfinished(world, machine, state);
        if (counts(what, world)) return { what, events };
        break;
      }
      way.push(key);
    }
    const [next] = readerSteps(world, machine, state);
    if (next === undefined) throw new Error('a reader that is alone can always go on');
    if (counts(next.broken, world)) return { what: next.broken, events: [...events, next] };
    events.push(next);
    state = next.state;
  }
  for (const key of way) quiet.add(key);
  return undefined;
}

function unfinished(world: World, machine: ReaderMachine, { database, handed, lane }: State): string | undefined {
  const { rows, visible, drawn, sessions } = database;
  const checkpoint = machine.checkpoint(lane?.reader ?? 0);
  const { cursor, holes } = JSON.parse(checkpoint) as { cursor: number; holes: Range[] };
  const missing = rows.flatMap(({ seq }, row) => (has(visible & ~handed, row) ? [seq] : []));
  const lost = missing.filter((seq) => seq <= cursor && !holes.some(({ from, to }) => seq >= from && seq <= to));
  if (lost.length > 0) return `lost: ${lost.join(' ')}`;
  if (missing.length > 0) return `waits: ${missing.join(' ')}`;
  const isOver = sessions.every(
    ({ phase }, who) => phase === 'open' && step(database, who, world.scripts[who] ?? [], world.facts) === undefined,
  );
  return isOver && (cursor !== drawn || holes.length > 0) ? `remembers: ${checkpoint}` : undefined;
}

/** Whether this is what is looked for. */
const counts = (broken: string | undefined, { tolerates = [] }: World): broken is string =>
  broken !== undefined && !tolerates.some((kind) => broken.startsWith(`${kind}: `));

/** Short names for states; what they have in common is written out once. */
function naming(): (state: State) => string {
  const database = shortNames();
  const statement = shortNames();
  return (state) =>
    [
      database(state.database),
      state.lane === undefined ? '' : `${state.lane.reader}/${state.lane.start}`,
      state.statement === undefined ? '' : statement(state.statement),
      state.handed,
      state.handOvers,
      state.crashes,
      state.restarts,
    ].join(' ');
}

function shortNames(): (value: object) => number {
  const byText = new Map<string, number>();
  const byObject = new WeakMap<object, number>();
  return (value) => {
    let name = byObject.get(value);
    if (name === undefined) {
      const text = JSON.stringify(value);
      name = byText.get(text) ?? byText.size;
      byText.set(text, name);
      byObject.set(value, name);
    }
    return name;
  };
}
