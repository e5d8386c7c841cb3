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

/** The name of a failpoint. */
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

interface Armed {
  readonly run: () => FailpointAction | undefined | Promise<FailpointAction | undefined>;
}

let armed: Map<string, Armed> | undefined;
let environmentRead = false;

/**
 * Arms a failpoint in this process until it is disposed. A function is called on every hit and may wait; what it returns
 * is the action of that hit.
 *
 * @example
 * const steps: string[] = [];
 * using _ = enableFailpoint('relay.published', () => {
 *   steps.push('published');
 * });
 */
export function enableFailpoint(
  name: Failpoint,
  // biome-ignore lint/suspicious/noConfusingVoidType: most functions given here return nothing
  action: FailpointAction | (() => FailpointAction | void | Promise<FailpointAction | void>),
): Disposable {
  armed ??= new Map();
  armed.set(name, { run: typeof action === 'function' ? async () => (await action()) ?? undefined : () => action });
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

/** True when any failpoint is armed: the guard before `hitFailpoint`. */
export function failpointsArmed(): boolean {
  return armed !== undefined;
}

/** Runs a failpoint. Answers `true` when the code around it must do the wrong thing. */
export async function hitFailpoint(name: Failpoint): Promise<boolean> {
  const action = await armed?.get(name)?.run();
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

function parse(entry: string): { name: string; run: () => FailpointAction | undefined } {
  const [, name, action, hit, onwards] = /^([a-z.-]+)=(kill|error|pause|break)(?:@(\d+|\*)(\+?))?$/.exec(entry) ?? [];
  if (name === undefined || !(Object.values(FAILPOINTS) as string[]).includes(name)) {
    throw new FailpointRefusedError(
      `BEZEL_FAILPOINTS: cannot understand "${entry}"; expected <name>=<kill|error|pause|break>[@<hit>], where name is one of ${Object.values(FAILPOINTS).join(', ')}`,
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
