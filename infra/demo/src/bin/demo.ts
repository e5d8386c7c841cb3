import { readOptions } from '../options.ts';
import { runDemo } from '../run-demo.ts';
import { findOrStartStack } from '../stack/find-or-start.ts';

const options = readOptions(process.argv.slice(2));
// With --json standard output carries one line, the summary: everything for people goes to standard error.
const out = options.json ? process.stderr : process.stdout;
const say = (line: string): void => {
  out.write(`${line}\n`);
};

const ending = new AbortController();
const end = (signal: NodeJS.Signals): void => {
  if (ending.signal.aborted) process.exit(130);
  say(`\n${signal}: ending; again to leave at once`);
  ending.abort(new EndedError());
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);

/** Somebody asked for the end: no verdict. */
class EndedError extends Error {}

process.exitCode = await demo();

async function demo(): Promise<number> {
  say(`Demo with seed ${options.seed}: ${options.orders} orders, ${options.kills} kills.`);
  try {
    await using stack = await findOrStartStack({ say, signal: ending.signal });
    const { summary, sound } = await runDemo(stack, options, { out, signal: ending.signal });
    if (options.json) console.log(JSON.stringify(summary));
    return sound ? 0 : 1;
  } catch (error) {
    if (error instanceof EndedError) return 130;
    say(`\nThe demo could not run: ${(error as Error).message}`);
    return 2;
  }
}
