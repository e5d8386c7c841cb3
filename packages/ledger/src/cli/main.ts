import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from './command.ts';
import { run } from './run.ts';

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => ending.abort(new Error(`ended by ${signal}`)));
}

// Whoever reads the output may have seen enough (`orderctl list | head`); what was found is the exit code all the same.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exit(EXIT.unread);
});
// Nobody has to listen to what is told beside the answer.
process.stderr.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  checkout: resolve(fileURLToPath(new URL('../../../../', import.meta.url))),
  signal: ending.signal,
});
