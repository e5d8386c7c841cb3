import type { DiscoveryService } from '@nestjs/core';
import { OutboxNameTakenError, OutboxUnknownError } from '../errors.ts';
import { discoverHandlers } from '../handlers/discover.ts';
import type { RunningParts } from './outbox-parts.ts';

/** All outboxes of an application. They start one by one and stop together. */
export class Outboxes {
  readonly #discovery: DiscoveryService;
  readonly #byName = new Map<string, RunningParts>();
  readonly #started: RunningParts[] = [];
  #handlersKnown = false;
  #stopping: Promise<void> | undefined;

  constructor(discovery: DiscoveryService) {
    this.#discovery = discovery;
  }

  /** @throws OutboxNameTakenError */
  add(parts: RunningParts): void {
    if (this.#byName.has(parts.name)) {
      throw new OutboxNameTakenError(`two OutboxModules are named '${parts.name}'; give one of them another name`);
    }
    this.#byName.set(parts.name, parts);
  }

  /** @throws OutboxUnknownError */
  get(name: string): RunningParts {
    const parts = this.#byName.get(name);
    if (parts === undefined) {
      const names = [...this.#byName.keys()].join(', ');
      throw new OutboxUnknownError(`no OutboxModule is named '${name}'; there are: ${names}`);
    }
    return parts;
  }

  /** Starts one. When that fails, whatever had started is stopped again: an application that cannot start leaves nothing running. */
  async start(parts: RunningParts): Promise<void> {
    try {
      this.#findHandlers();
      this.#started.push(parts);
      await parts.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Consumers finish or abandon what they handle; then relays flush and give their leases up; then pools end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Once, when all providers of the application are there: what it finds is divided among all outboxes. */
  #findHandlers(): void {
    if (this.#handlersKnown) {
      return;
    }
    this.#handlersKnown = true;
    const found = discoverHandlers(this.#discovery);
    for (const name of found.keys()) this.get(name);
    for (const [name, parts] of this.#byName) parts.handle(found.get(name) ?? []);
  }

  async #stop(): Promise<void> {
    const all = [...this.#byName.values()];
    const failures = [
      ...(await settled(this.#started.map(({ consumer }) => consumer?.stop()))),
      ...(await settled(this.#started.flatMap(({ relay, retention }) => [relay?.stop(), retention?.stop()]))),
      ...(await settled([...new Set(all.flatMap(({ pools }) => pools))].map((pool) => pool.end()))),
    ];
    if (failures.length > 0) {
      throw new AggregateError(failures, 'something of the outbox did not stop cleanly');
    }
  }
}

/** Waits for all, and answers why some failed: one that does must not keep the next from stopping. */
async function settled(work: readonly (Promise<unknown> | undefined)[]): Promise<unknown[]> {
  const results = await Promise.allSettled(work);
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}
