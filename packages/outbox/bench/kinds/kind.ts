import type { Progress } from '@bezel/local/bench';
import type { Child, Finding } from '@bezel/local/measuring';
import type { BenchOptions } from '../command-line.ts';
import type { ConsumerProgram } from '../processes/consumer.ts';
import type { RelayProgram } from '../processes/relay.ts';
import type { BenchServers } from '../servers/servers.ts';

/** What a measurement is given. */
export interface BenchContext {
  readonly servers: BenchServers;
  readonly options: BenchOptions & { readonly rows: number; readonly rounds: number };
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** A relay process with these options of Node, profiled when that was asked for. */
  startRelay(nodeOptions?: readonly string[]): Child<RelayProgram>;
  /** The same with a consumer. */
  startConsumer(): Child<ConsumerProgram>;
}

/** One thing that can be measured. */
export interface Kind {
  /** When `--rows` is not given. */
  readonly defaultRows: number;
  /** When `--rounds` is not given; 5 if a kind does not say. */
  readonly defaultRounds?: number;
  /** Whether the Kafka client makes a difference. */
  readonly usesClient: boolean;
  measure(context: BenchContext): Promise<Finding>;
}
