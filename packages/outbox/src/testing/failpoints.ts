import { OutboxError } from '../errors/outbox-error.ts';

/**
 * Named places where the outbox can be broken on purpose, to prove that a test or a checker notices. Off, a failpoint
 * is one comparison with `undefined`.
 *
 * In a running process: `BEZEL_FAILPOINTS="<name>=<action>[@<hit>],…"`. `@3` means the third hit only, `@3+` from the
 * third on, `@*` every one; without it the first only. Refused when NODE_ENV is `production`.
 */
export const FAILPOINTS = {
  /** Before the statement of `write` or `writeMany` is sent. One hit per call. */
  writerWriting: 'writer.writing',
  /** After that statement was answered, in the caller's transaction, which is still open. One hit per call. */
  writerWritten: 'writer.written',
  /** When `nudge` is called: after the caller's commit, before any relay is told. */
  writerNudging: 'writer.nudging',
  /** After the relays were told, or a nudge before this one was found to be enough. */
  writerNudged: 'writer.nudged',
  /** `break`: the message is committed on a connection of its own, then the caller's transaction fails. */
  writerCommitsEarly: 'writer.commits-early',
  /** After a read, before anything of it is published. */
  relayRead: 'relay.read',
  /** Before a batch is handed to the publisher. */
  relayPublishing: 'relay.publishing',
  /** After the brokers answered, before the relay remembers it. */
  relayPublished: 'relay.published',
  /** Before and after checkpoints are stored. */
  relayCheckpointing: 'relay.checkpointing',
  relayCheckpointed: 'relay.checkpointed',
  /** `break`: one message counts as published and is not. One hit per message. */
  relaySkipsMessage: 'relay.skips-message',
  /** Before a batch's transaction begins. */
  consumerClaiming: 'consumer.claiming',
  /** After position and inbox were written, before any handler runs. */
  consumerClaimed: 'consumer.claimed',
  /** After the batch's handlers, before COMMIT. */
  consumerHandled: 'consumer.handled',
  /** After COMMIT, before the consumer remembers it. */
  consumerCommitted: 'consumer.committed',
  /** Before Kafka is told how far the group is, which only displays read. Once a second, and when the consumer stops. */
  consumerTelling: 'consumer.telling',
  /** Messages were parked in a transaction that is still open. */
  consumerParking: 'consumer.parking',
  /** Messages were taken out of the parking in a transaction that is still open, before their handlers run. */
  consumerRedriving: 'consumer.redriving',
  /** `break`: the consumer handles a batch as if nothing had been handled before, and remembers nothing of it. */
  consumerForgetsInbox: 'consumer.forgets-inbox',
} as const;

/**
 * The instants between two steps of their work at which a death could lose, double or reorder something. Only those to which
 * every program comes: not every one nudges, parks or redrives.
 */
export const CRASH_POINTS = {
  writer: [FAILPOINTS.writerWriting, FAILPOINTS.writerWritten],
  relay: [
    FAILPOINTS.relayRead,
    FAILPOINTS.relayPublishing,
    FAILPOINTS.relayPublished,
    FAILPOINTS.relayCheckpointing,
    FAILPOINTS.relayCheckpointed,
  ],
  consumer: [
    FAILPOINTS.consumerClaiming,
    FAILPOINTS.consumerClaimed,
    FAILPOINTS.consumerHandled,
    FAILPOINTS.consumerCommitted,
    FAILPOINTS.consumerTelling,
  ],
} as const;

/** The name of a failpoint of the outbox. */
export type Failpoint = (typeof FAILPOINTS)[keyof typeof FAILPOINTS];

/**
 * What a failpoint does when it is hit. `kill` ends the process with SIGKILL, `error` throws, `pause` waits for ever,
 * `break` makes the code around it do the wrong thing its name says.
 */
export type FailpointAction = 'kill' | 'error' | 'pause' | 'break';

/** Thrown by a failpoint with the action `error`, and by code that was broken on purpose. */
export class FailpointHitError extends OutboxError {
  readonly code = 'FAILPOINT_HIT';
  readonly retryable = true;
}

/** BEZEL_FAILPOINTS is set where it must not be, or cannot be understood. */
export class FailpointRefusedError extends OutboxError {
  readonly code = 'FAILPOINT_REFUSED';
  readonly retryable = false;
}

/** What is at hand where a failpoint stands: a message, or a piece of a program's own work. */
export interface FailpointSubject {
  /** The message's type, or the name of the work. */
  readonly type: string;
  /** The message's key, or what the work is about. */
  readonly key: string;
  /** The message's data, or what the work was given. Decoded when it is read; throws when it cannot be. */
  readonly data: unknown;
}

/** Names what is at hand. Asked only when the failpoint is armed. */
export type FailpointSubjects = () => readonly FailpointSubject[];

interface Armed {
  readonly run: (
    about: readonly FailpointSubject[],
  ) => FailpointAction | undefined | Promise<FailpointAction | undefined>;
}

const known = new Set<string>(Object.values(FAILPOINTS));

/**
 * Makes failpoints of a program's own known, for the steps of its work that the outbox's do not reach. They are armed and
 * hit as the outbox's are, by BEZEL_FAILPOINTS too, once this has run. Names are lower-case words with dots and hyphens.
 *
 * @throws RangeError when a name could not be said in BEZEL_FAILPOINTS
 *
 * @example
 * const INVOICING = declareFailpoints({ numbered: 'invoice.numbered' });
 * if (failpointsArmed()) await hitFailpoint(INVOICING.numbered);
 */
export function declareFailpoints<const Names extends Readonly<Record<string, string>>>(names: Names): Names {
  for (const name of Object.values(names)) {
    if (!/^[a-z.-]+$/.test(name)) throw new RangeError(`a failpoint cannot be called "${name}"`);
    known.add(name);
  }
  return names;
}

let armed: Map<string, Armed> | undefined;
let environmentRead = false;

/**
 * Arms a failpoint in this process until it is disposed. A function is called on every hit, with what is at hand there, and
 * may wait; what it returns is the action of that hit. What is at hand are the messages being written, published or consumed;
 * of checkpoints, of what is told to Kafka and of nudges nothing is.
 *
 * @throws RangeError when there is no failpoint of that name
 *
 * @example
 * const steps: string[] = [];
 * using _ = enableFailpoint('relay.published', () => {
 *   steps.push('published');
 * });
 */
export function enableFailpoint(
  name: Failpoint | (string & {}),
  action:
    | FailpointAction
    // biome-ignore lint/suspicious/noConfusingVoidType: most functions given here return nothing
    | ((about: readonly FailpointSubject[]) => FailpointAction | void | Promise<FailpointAction | void>),
): Disposable {
  if (!known.has(name)) throw new RangeError(`there is no failpoint "${name}"`);
  armed ??= new Map();
  armed.set(name, {
    run: typeof action === 'function' ? async (about) => (await action(about)) ?? undefined : () => action,
  });
  return {
    [Symbol.dispose]() {
      armed?.delete(name);
      armed = armed?.size ? armed : undefined;
    },
  };
}

/**
 * Reads BEZEL_FAILPOINTS once. Called when a writer, relay or consumer is created, so a program needs to call it only
 * where it wants the variable refused before that.
 *
 * @throws FailpointRefusedError when NODE_ENV is `production`, or the variable cannot be understood
 *
 * @example
 * armFailpointsFromEnvironment({ BEZEL_FAILPOINTS: 'relay.published=pause@3' });
 */
export function armFailpointsFromEnvironment(env: NodeJS.ProcessEnv = process.env): void {
  const spec = env['BEZEL_FAILPOINTS'];
  if (spec === undefined || spec === '' || (environmentRead && env === process.env)) {
    return;
  }
  if (env['NODE_ENV'] === 'production') {
    throw new FailpointRefusedError(
      'BEZEL_FAILPOINTS breaks deliveries on purpose and is refused in production: unset it',
    );
  }
  environmentRead ||= env === process.env;
  for (const entry of spec.split(',')) {
    const { name, run } = parse(entry.trim());
    armed ??= new Map();
    armed.set(name, { run });
  }
}

/**
 * True when any failpoint is armed: the guard before `hitFailpoint`.
 *
 * @example
 * if (failpointsArmed()) await hitFailpoint('invoice.numbered');
 */
export function failpointsArmed(): boolean {
  return armed !== undefined;
}

/**
 * Runs a failpoint. Answers `true` when the code around it must do the wrong thing.
 *
 * @throws FailpointHitError when its action is `error`
 *
 * @example
 * if (failpointsArmed()) await hitFailpoint('invoice.numbered', () => [{ type: 'numbering', key: order.id, data: order }]);
 */
export async function hitFailpoint(
  name: Failpoint | (string & {}),
  about: FailpointSubjects = () => [],
): Promise<boolean> {
  const point = armed?.get(name);
  const action = await point?.run(about());
  switch (action) {
    case undefined:
      return false;
    case 'break':
      return true;
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    case 'pause':
      return new Promise(() => {});
    case 'error':
      throw new FailpointHitError(`failpoint ${name}`);
  }
}

function parse(entry: string): { name: string } & Armed {
  const [, name, action, hit, onwards] = /^([a-z.-]+)=(kill|error|pause|break)(?:@(\d+|\*)(\+?))?$/.exec(entry) ?? [];
  if (name === undefined || !known.has(name)) {
    throw new FailpointRefusedError(
      `BEZEL_FAILPOINTS: cannot understand "${entry}"; expected <name>=<kill|error|pause|break>[@<hit>], where name is one of ${[...known].join(', ')}`,
    );
  }
  const every = hit === '*';
  const from = every || hit === undefined ? 1 : Number(hit);
  let hits = 0;
  return {
    name,
    run: () => {
      hits += 1;
      const due = every || onwards === '+' ? hits >= from : hits === from;
      return due ? (action as FailpointAction) : undefined;
    },
  };
}
