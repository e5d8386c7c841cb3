import { storeCheckpoints } from '../../checkpoint/checkpoint.sql.ts';
import type { StatementRunner } from '../../database/statement.ts';
import { FAILPOINTS, failpointsArmed, hitFailpoint } from '../../testing/failpoints.ts';
import type { RelayTelemetry } from '../telemetry.ts';
import type { CheckpointValue, Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';

export interface CheckpointingOptions {
  readonly schema: string;
  readonly run: StatementRunner;
  readonly lanes: Lanes;
  readonly telemetry: RelayTelemetry;
}

/** Stores how far lanes are published. A lane whose checkpoint is refused is lost. */
export class Checkpointing {
  readonly #options: CheckpointingOptions;
  readonly #statement: string;

  constructor(options: CheckpointingOptions) {
    this.#options = options;
    this.#statement = storeCheckpoints(options.schema);
  }

  async store(lanes: readonly Lane[]): Promise<void> {
    const due = lanes.flatMap((lane) => {
      const value = lane.checkpoint();
      return value === undefined ? [] : [{ lane, value }];
    });
    // Leases of an earlier start are of a server that is gone, and will be refused.
    for (const [start, ofServer] of Map.groupBy(due, ({ lane }) => lane.start)) {
      await this.#storeOf(ofServer, start);
    }
  }

  async #storeOf(due: readonly { lane: Lane; value: CheckpointValue }[], start: string): Promise<void> {
    const { run, lanes, telemetry } = this.#options;
    if (failpointsArmed()) await hitFailpoint(FAILPOINTS.relayCheckpointing);
    const { rows } = await run.run(this.#statement, [
      due.map(({ lane }) => lane.shard),
      due.map(({ lane }) => lane.epoch),
      due.map(({ lane }) => lane.token),
      due.map(({ value }) => value.cursor),
      due.map(({ value }) => value.holes),
      start,
    ]);
    if (failpointsArmed()) await hitFailpoint(FAILPOINTS.relayCheckpointed);
    const stored = new Set((rows as { shard: number }[]).map(({ shard }) => shard));
    for (const { lane, value } of due) {
      if (stored.has(lane.shard)) lane.stored(value);
      else lanes.lose(lane, 'checkpoint-refused');
    }
    telemetry.checkpointed(stored.size);
  }
}
