import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => ending.abort(new Error(`ended by ${signal}`)));
}

// Whoever reads the output may have seen enough: `orderctl list | head`.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 3));

process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  checkout: resolve(fileURLToPath(new URL('../../../../', import.meta.url))),
  signal: ending.signal,
});
