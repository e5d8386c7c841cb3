import type { Lane } from '../../relay/shards/lane.ts';
import { distrust } from '../../relay/shards/lanes.ts';
import type { TrackerLimits } from '../tracker/tracker-limits.ts';
import { crash, flush, restart } from './crash.ts';
import { type Action, bit, type Database, type Facts, has, newDatabase, step } from './postgres.ts';
import type { MakeReader, ReaderMachine } from './readers.ts';
import { type Asking, answer, moments, type Statement } from './statement.ts';

/** What is put together: sessions with their scripts, one relay, and how often what may go wrong. */
export interface Scenario {
  readonly name: string;
  readonly scripts: readonly (readonly Action[])[];
  readonly limits: TrackerLimits;
  readonly rowLimit: number;
  /** How often another relay may take the lease, a backend may crash, the server may be restarted; 0 by default. */
  readonly handOvers?: number;
  readonly crashes?: number;
  readonly restarts?: number;
  /** As `Asking`; at once by default. */
  readonly look?: Asking['look'];
  /** What is not looked for. */
  readonly tolerates?: readonly Mistake[];
}

/**
 * `waits`: a row is visible, and is read only after somebody else has done something. `lost`: it will never be read.
 * `remembers`: a gap is left when there is nothing to come.
 */
export const MISTAKES = ['not committed', 'order', 'read twice', 'waits', 'lost', 'remembers'] as const;
export type Mistake = (typeof MISTAKES)[number];

/** A scenario, and how Postgres and the reader are. */
export interface World extends Scenario {
  readonly facts: Facts;
  readonly asking: Asking;
  readonly reader: MakeReader;
}

/** One shard with everybody who works on it, at one moment. */
export interface State {
  readonly database: Database;
  /** What the relay has in hand; undefined when its lease is lost. */
  readonly lane: { readonly reader: number; readonly start: number } | undefined;
  readonly statement: Statement | undefined;
  /** Rows that were handed to Kafka, as a set of bits. */
  readonly handed: number;
  readonly handOvers: number;
  readonly crashes: number;
  readonly restarts: number;
}

export interface Next {
  readonly state: State;
  /** The session's number, or who else did it. */
  readonly who: number | 'reader' | 'server';
  readonly note: string;
  /** What must never happen, and just did. */
  readonly broken?: string;
}

const TOKEN = 'token';

export function beginning(world: World, machine: ReaderMachine): State {
  const checkpoint = JSON.stringify({ cursor: 0, holes: [] });
  return {
    database: newDatabase(world.scripts.length, checkpoint),
    lane: { reader: machine.from(checkpoint), start: 1 },
    statement: undefined,
    handed: 0,
    handOvers: world.handOvers ?? 0,
    crashes: world.crashes ?? 0,
    restarts: world.restarts ?? 0,
  };
}

/** Everything that may happen next. */
export function successors(world: World, machine: ReaderMachine, state: State): Next[] {
  const { database } = state;
  const { facts, scripts } = world;
  const found: Next[] = [];
  for (const [who, script] of scripts.entries()) {
    const change = step(database, who, script, facts);
    if (change !== undefined) found.push({ who, note: change.note, state: { ...state, database: change.database } });
  }
  found.push(...readerSteps(world, machine, state));
  const { lane } = state;
  if (lane !== undefined && isDisturbed(world) && state.statement === undefined) {
    const checkpoint = machine.checkpoint(lane.reader);
    // As checkpoint.sql.ts: only where token and start are those of the lease.
    if (database.token && lane.start === database.start && checkpoint !== database.checkpoint) {
      const note = `stores its checkpoint ${checkpoint}`;
      found.push({ who: 'reader', note, state: { ...state, database: { ...database, checkpoint } } });
    }
  }
  if (lane !== undefined && state.handOvers > 0) {
    const taken = take(machine, { ...state, handOvers: state.handOvers - 1 });
    found.push({ ...taken, note: `another relay ${taken.note}` });
  }
  const server = (note: string, after: Database, to: Partial<State> = {}): void => {
    found.push({ who: 'server', note, state: { ...state, database: after, ...to } });
  };
  if (state.crashes > 0) {
    server('flushes its log', flush(database));
    server('crashes', crash(database, scripts, facts), { statement: undefined, crashes: state.crashes - 1 });
  }
  if (state.restarts > 0) {
    server('restarts', restart(database, scripts), { statement: undefined, restarts: state.restarts - 1 });
  }
  return found;
}

/**
 * What the relay may do next by itself. An answer is taken in with the statement's last moment: nobody else can tell, and
 * a relay that dies in between has as well died before.
 */
export function readerSteps(world: World, machine: ReaderMachine, state: State): Next[] {
  const { database, lane } = state;
  const { asking, facts } = world;
  if (lane === undefined) return [take(machine, state)];
  const plan = machine.plan(lane.reader);
  return moments(database, state.statement, plan, asking, facts).map(({ statement, note }) =>
    moments(database, statement, plan, asking, facts).length > 0
      ? { who: 'reader', note, state: { ...state, statement } }
      : takeIn(world, machine, { ...state, lane, statement }, note),
  );
}

/** Hand-overs, crashes and restarts: only then checkpoints matter, and rows may be read again. */
const isDisturbed = ({ handOvers = 0, crashes = 0, restarts = 0 }: World): boolean =>
  handOvers + crashes + restarts > 0;

/** The lease with a new token, and the checkpoint that is there. */
function take(machine: ReaderMachine, state: State): Next {
  const { database } = state;
  const lane = { reader: machine.from(database.checkpoint), start: database.start };
  return {
    who: 'reader',
    note: `takes the lease, with checkpoint ${database.checkpoint}`,
    state: { ...state, lane, statement: undefined, database: { ...database, token: true } },
  };
}

function takeIn(world: World, machine: ReaderMachine, state: Reading, moment: string): Next {
  const { database, lane, statement } = state;
  const plan = machine.plan(lane.reader);
  const { rows, ...answered } = answer(database, statement, plan, world.rowLimit, world.asking);
  // Of a lane these are all that is asked for.
  const asked = { shard: 0, start: String(lane.start), token: TOKEN, tracker: { cursor: machine.cursor(lane.reader) } };
  const reason = distrust(asked as unknown as Lane, {
    start: String(statement.start),
    standby: false,
    lanes: [{ shard: 0, token: statement.token ? TOKEN : null, dense: true, answer: answered, messages: [] }],
  });
  if (reason !== undefined) {
    const lost = { ...state, lane: undefined, statement: undefined };
    return { who: 'reader', note: `${moment}; forgets all: ${reason}`, state: lost };
  }
  const { state: reader, handedOn } = machine.apply(lane.reader, answered);
  let { handed } = state;
  let broken: string | undefined;
  const mayRepeat = isDisturbed(world) || world.limits.gapsInMemory < database.rows.length;
  for (const [n, seq] of answered.seqs.entries()) {
    if (!handedOn.includes(seq)) continue;
    const row = rows[n] as number;
    const first = (database.rows[row]?.before ?? 0) & database.visible & ~handed;
    if (!has(database.ever, row)) broken ??= `not committed: ${seq}`;
    if (first !== 0 && !has(handed, row)) {
      const seqs = database.rows.flatMap((each, m) => (has(first, m) ? [each.seq] : []));
      broken ??= `order: ${seq} before ${seqs.join(', ')}`;
    }
    if (has(handed, row) && !mayRepeat) broken ??= `read twice: ${seq}`;
    handed |= bit(row);
  }
  // Of a row that is read only its number matters any more.
  const all = database.rows.map((row, n) => (has(handed, n) ? { seq: row.seq, before: 0, by: '' } : row));
  return {
    who: 'reader',
    note: `${moment}; reads ${handedOn.join(' ') || 'nothing'}`,
    state: { ...state, lane: { ...lane, reader }, statement: undefined, handed, database: { ...database, rows: all } },
    ...(broken === undefined ? {} : { broken }),
  };
}

type Reading = State & { readonly lane: NonNullable<State['lane']>; readonly statement: Statement };
