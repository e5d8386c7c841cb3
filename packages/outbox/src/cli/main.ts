#!/usr/bin/env node
import { run } from './run.ts';

function untilSignal(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => ending.abort());
  }
  return ending.signal;
}

// kafkajs sets timers in the past, which newer versions of Node tell whoever runs it; an operator can do nothing about it.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'TimeoutNegativeWarning') process.stderr.write(`${warning.stack ?? warning}\n`);
});

// Whoever reads the output may have seen enough: `bezel-outbox lag | head`.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 3));

process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  ending: untilSignal,
});
