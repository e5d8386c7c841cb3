import type { OrderTopics } from '../sources/topics/copy-of.ts';

/** Where a run writes to, and what it finds around it. */
export interface Surroundings {
  readonly out: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly err: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly env: NodeJS.ProcessEnv;
  /** Where a relative path begins, and where a stack's folder `.bezel` is looked for. */
  readonly checkout: string;
  /** Others than the apps' only where several systems share a Kafka, as in tests. */
  readonly topics?: OrderTopics;
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal;
}
