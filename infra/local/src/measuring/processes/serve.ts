/** What a program answers to: methods by name, each with one argument. */
// biome-ignore lint/suspicious/noExplicitAny: each method has arguments of its own
export type Methods = Record<string, (args: any) => Promise<unknown>>;

export interface Question {
  readonly id: number;
  readonly method: string;
  readonly args: unknown;
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** What this process has used since it was started. */
export interface Usage {
  readonly cpuMs: number;
  readonly maxRssMb: number;
}

export function usage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, maxRssMb: maxRSS / 1_024 };
}

/** Answers the questions of the process that started this one, and ends with it. */
export function serve(methods: Methods): void {
  process.on('message', async ({ id, method, args }: Question) => {
    const answer = await answerOf(methods, method, args);
    process.send?.({ id, ...answer } satisfies Answer);
  });
  process.once('disconnect', () => process.exit(0));
  // Ctrl-C in a terminal tells everybody; the process that started this one decides what ends when.
  process.on('SIGINT', () => {});
}

async function answerOf(methods: Methods, method: string, args: unknown): Promise<Omit<Answer, 'id'>> {
  try {
    return { result: await methods[method]?.(args) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
