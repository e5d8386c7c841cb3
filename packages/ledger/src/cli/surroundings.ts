import type { OrderTopics } from '../sources/topics/copy-of.ts';

/** Where the answer goes: a stream of Node, or what takes its place. */
export interface Output {
  readonly isTTY?: boolean;
  /** @param done told when the text has left, or cannot leave any more */
  write(text: string, done?: () => void): unknown;
}

/** Where a run writes to, and what it finds around it. */
export interface Surroundings {
  readonly out: Output;
  readonly err: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly env: NodeJS.ProcessEnv;
  /** Where a relative path begins, and where a stack's folder `.bezel` is looked for. */
  readonly checkout: string;
  /** Others than the apps' only where several systems share a Kafka, as in tests. */
  readonly topics?: OrderTopics;
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal;
}
