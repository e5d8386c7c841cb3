// A reconciler as a process of its own, for tests that kill it. Its first argument holds the stack, limits and times as JSON; it
// prints a line whenever it begins or ceases to lead.
import { Reconciler } from '../reconciler/reconciler.ts';

const { stack, limits, times } = JSON.parse(process.argv[2] ?? '{}');
const ending = new AbortController();
process.on('SIGTERM', () => ending.abort(new Error('SIGTERM')));
await new Reconciler(stack, {
  ...{ limits, times },
  onLead: (leads) => console.log(leads ? 'leads' : 'stands by'),
}).run(ending.signal);
