/** Where a run writes to, and what it finds around it. */
export interface Surroundings {
  readonly out: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly err: { write(text: string): unknown };
  readonly env: NodeJS.ProcessEnv;
  /** Aborted when the process is told to end. Asked for by what ends by itself then; all else ends as any process does. */
  readonly ending: () => AbortSignal;
}
