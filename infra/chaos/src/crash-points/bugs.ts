import type { Mutant } from '../mutants/mutant.ts';

/** Bugs that only a death at the right instant brings to light. */
export const BUGS: readonly Mutant[] = [
  {
    name: 'the-inbox-is-committed-before-its-effect',
    file: 'packages/outbox/dist/consumer/transaction/run-work.js',
    find: 'begun = await answered(work.begin(client));',
    replace: "begun = await answered(work.begin(client)); await client.query('COMMIT'); await client.query('BEGIN');",
    faults: [],
  },
  {
    name: 'the-relay-remembers-before-it-publishes',
    file: 'packages/outbox/dist/relay/sending/sending.js',
    find: 'results = await this.#publish(batch);',
    replace:
      'for (const { lane, message } of batch) lane.done(message.seq); await new Promise((done) => setTimeout(done, 600)); results = await this.#publish(batch);',
    faults: [],
  },
  {
    name: 'the-parking-is-emptied-before-its-effect',
    file: 'packages/outbox/dist/consumer/parking/redrive.js',
    find: 'await client.query(statements.survived, [...place, key]);',
    replace:
      "await client.query(statements.survived, [...place, key]); await client.query('COMMIT'); await client.query('BEGIN');",
    faults: [],
  },
];
