import { fileURLToPath } from 'node:url';
import { run } from '@bezel/local/bench';

// `npm run bench -- <kind>`: what the whole system does is measured here, what one package does by that package's bench,
// which gets the command line as it is.

const OUTBOX = new URL('../../../../packages/outbox/bench/bench.ts', import.meta.url);
const args = process.argv.slice(2);

if (args.includes('orders')) {
  await import('../orders/main.ts');
} else if (args.includes('audit')) {
  await import('../audit/main.ts');
} else if (args.includes('--help') || args.includes('-h')) {
  console.log(await run(process.execPath, [...process.execArgv, fileURLToPath(OUTBOX), ...args]));
  console.log(`Two more kinds, of the whole system; "npm run bench -- <kind> --help" lists what can be said.
orders   The lives of orders on real servers.
audit    The audit of orders by orderctl: seconds and memory.`);
} else {
  await import(OUTBOX.href);
}
