import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from './command.ts';
import { endedBy } from './ended-by.ts';
import { run } from './run.ts';

const signal = endedBy(process);

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
  signal,
});
