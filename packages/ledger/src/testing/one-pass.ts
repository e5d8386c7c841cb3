// A reconciler as a process of its own, for benchmarks: it makes one pass over all orders of the stack in the variable AUDITED,
// without rests, prints what it was and ends. Exit code 1: it suspects an order, or could not look.
import type { AuditedStack } from '../audit-stack.ts';
import { Reconciler } from '../reconciler/reconciler.ts';
import { RECONCILER_TIMES } from '../reconciler/reconciler-times.ts';

const ending = new AbortController();
const { pass } = RECONCILER_TIMES;
await new Reconciler(JSON.parse(process.env['AUDITED'] ?? '') as AuditedStack, {
  times: { ...RECONCILER_TIMES, pass: { ...pass, share: 1 } },
  onPass(made) {
    console.log(JSON.stringify(made));
    if (made.suspected > 0) process.exitCode = 1;
    ending.abort(new Error('it has passed'));
  },
  onTrouble(_, error) {
    console.error(error);
    process.exitCode = 1;
    ending.abort(error);
  },
}).run(ending.signal);
