import type { PlantedBug } from './mutant.ts';

const EVERY_KILL_OF = (process: string, times: number): PlantedBug['faults'] =>
  Array.from({ length: times }, (_, index) => ['process-kill', `${process}-${(index % 2) + 1}`] as const);

/**
 * Planted bugs. What is rare in the field happens more often here, so that a run of a minute meets it.
 * They are planted in this order: the last one leaves its mark in the stock of every run after it.
 */
export const MUTANTS: readonly PlantedBug[] = [
  {
    name: 'an-outbox-row-is-lost-now-and-then',
    expects: { kind: 'lost', what: /is not on (shop|mes)\./ },
    file: 'packages/outbox/dist/relay/sending/sending.js',
    find: 'const skipped = failpointsArmed() ? await skippedOf(batch) : undefined;',
    // One row in a thousand of each process. Two share some 12 rows an order.
    replace:
      'const skipped = new Set(batch.filter(() => (globalThis.sentRows = (globalThis.sentRows ?? 0) + 1) % 1_000 === 0));',
    faults: [],
    orders: 250,
  },
  {
    name: 'the-inbox-is-forgotten',
    expects: { kind: 'duplicate-effect', what: /^sales counts move/ },
    file: 'packages/outbox/dist/consumer/transaction/claim.js',
    find: 'if (failpointsArmed() && (await hitFailpoint(FAILPOINTS.consumerForgetsInbox))) {',
    replace: 'if (events.length > 0) {',
    faults: [
      ['duplicates', 'shop.orders'],
      ['process-kill', 'crm-1'],
    ],
  },
  {
    name: 'offsets-are-committed-early',
    expects: { kind: 'lost', what: /^sales was never told of move|neither moved the order/ },
    file: 'packages/outbox/dist/consumer/transaction/run-work.js',
    find: 'await failpoint(FAILPOINTS.consumerClaimed);',
    replace:
      "await client.query('COMMIT'); await client.query('BEGIN'); await new Promise((done) => setTimeout(done, 1_000));",
    faults: [...EVERY_KILL_OF('crm', 4), ...EVERY_KILL_OF('shop', 4)],
  },
  {
    name: 'a-relay-ignores-its-lease',
    expects: { kind: 'duplicate-effect', what: /is on (shop|mes)\.\S+ \d+ times/ },
    file: 'packages/outbox/dist/lease/decide.js',
    find: `const share = Math.ceil(leases.length / alive.size);
        const free = leases.filter((lease) => !held.has(lease.shard) && this.#isFree(lease, now));`,
    replace: 'const share = leases.length; const free = leases.filter((lease) => !held.has(lease.shard));',
    faults: [],
  },
  {
    name: 'a-signal-without-its-id',
    expects: { kind: 'lost', what: /neither moved the order nor was refused/ },
    file: 'packages/order-workflow/dist/client/order-client.js',
    find: 'await handleOf(orderId).signal(FACT_SIGNAL, fact);',
    inSource: 'await handleOf(orderId).signal<[Fact]>(FACT_SIGNAL, fact);',
    replace: 'await handleOf(orderId).signal(FACT_SIGNAL, { ...fact, messageId: crypto.randomUUID() });',
    faults: [],
  },
  {
    name: 'an-activity-without-its-transaction',
    expects: { kind: 'lost', what: /^move \d+ was never told/ },
    file: 'apps/shop-api/dist/status/move-order.js',
    find: 'await outbox.write(trx, OrderStatusChanged, data, { id: messageId });',
    replace:
      'await trx.executeQuery({ sql: "COMMIT", parameters: [], query: { kind: "RawNode" } }); await new Promise((done) => setTimeout(done, 1_000)); await trx.executeQuery({ sql: "BEGIN", parameters: [], query: { kind: "RawNode" } }); await outbox.write(trx, OrderStatusChanged, data, { id: messageId });',
    faults: EVERY_KILL_OF('shop', 6),
  },
  {
    name: 'a-projection-swallows-an-error',
    expects: { kind: 'lost', what: /^sales was never told of move/ },
    file: 'apps/crm-api/dist/projection/project-order.js',
    find: 'export async function projectMove(trx, { id, data }) {',
    inSource: 'export async function projectMove(trx: Kysely<CrmDatabase>, { id, data }: Told<Moved>): Promise<void> {',
    replace:
      'export async function projectMove(trx, told) { try { if (Math.random() < 0.05) throw new Error("planted"); await project(trx, told); } catch {} }\nasync function project(trx, { id, data }) {',
    faults: [],
  },
  {
    name: 'a-key-is-not-remembered',
    expects: { kind: 'duplicate-effect', what: /^one key was answered with/ },
    file: 'packages/service/dist/idempotency/idempotency.js',
    find: 'if (key === undefined) {',
    replace: 'if (true) {',
    faults: [],
  },
  {
    name: 'a-compensation-is-left-out',
    expects: { kind: 'lost', what: /^CANCELLED, and its metal is RESERVED/ },
    file: 'apps/mes-api/dist/work-orders/withdraw-work-order.js',
    find: 'await releaseMaterial(trx, orderId, withdrawn.metal);',
    replace: '',
    faults: [],
    // Most are called off before metal is put aside for them.
    cancelPercent: 90,
  },
  {
    name: 'a-message-is-overtaken',
    expects: { kind: 'out-of-order', what: /^shop\.orders was told .* before/ },
    file: 'packages/outbox/dist/relay/sending/sending.js',
    find: 'const skipped = failpointsArmed() ? await skippedOf(batch) : undefined;',
    replace:
      'const skipped = new Set(batch.filter(() => Math.random() < 0.1)); for (const { message } of skipped) setTimeout(() => publisher.publish([toRecord(message, clock.now())]), 2_000);',
    faults: [],
  },
  {
    name: 'a-fact-without-its-message',
    expects: { kind: 'lost', what: /^"cancel" is recorded, and its message .* was never written/ },
    file: 'apps/shop-api/dist/orders/facts/record-fact.js',
    find: 'await outbox.write(trx, event,',
    replace: "if (fact.kind !== 'cancellation-requested') await outbox.write(trx, event,",
    faults: [],
  },
  {
    name: 'an-order-is-called-off-by-nobody',
    expects: { kind: 'lost', what: /^move \d to CANCELLED was caused by/ },
    file: 'packages/order-workflow/dist/client/order-client.js',
    find: 'await handleOf(orderId).signal(FACT_SIGNAL, fact);',
    inSource: 'await handleOf(orderId).signal<[Fact]>(FACT_SIGNAL, fact);',
    replace:
      "await handleOf(orderId).signal(FACT_SIGNAL, fact); if (fact.kind === 'price-accepted' && Math.random() < 0.8) await handleOf(orderId).signal(FACT_SIGNAL, { ...fact, messageId: crypto.randomUUID(), kind: 'cancellation-requested' });",
    faults: [],
  },
  {
    name: 'a-cancellation-in-time-is-refused',
    expects: { kind: 'lost', what: /^shop\.cancellation-requested .* was refused when the order was/ },
    file: 'apps/shop-api/dist/orchestrator/orchestrator.js',
    find: 'if (isFinal(before))',
    replace: "if (isFinal(before) || fact.kind === 'cancellation-requested')",
    faults: [],
  },
  {
    name: 'an-offer-never-runs-out',
    expects: { kind: 'unfinished', what: /^still PRICED/ },
    file: 'apps/shop-api/dist/config.js',
    find: 'offerValidForMs: read.OFFER_VALID_FOR,',
    replace: 'offerValidForMs: read.OFFER_VALID_FOR * 1_000,',
    faults: [],
    // One customer in eight goes away.
    orders: 60,
  },
  {
    name: 'a-workflow-starts-late',
    expects: { kind: 'unfinished', what: /^SUBMITTED took \d/ },
    file: 'packages/order-workflow/dist/client/order-client.js',
    find: "workflowTaskTimeout: '5s',",
    replace: "workflowTaskTimeout: '5s', ...(Math.random() < 0.2 ? { startDelay: '70s' } : {}),",
    faults: [],
  },
  {
    name: 'metal-is-taken-twice',
    expects: { kind: 'duplicate-effect', what: /mg are booked as used/ },
    file: 'apps/mes-api/dist/work-orders/take-step.js',
    find: 'await consumeMaterial(trx, moved.order_id, moved.metal);',
    replace:
      "await consumeMaterial(trx, moved.order_id, moved.metal); await trx.updateTable('material_stock').set((eb) => ({ on_hand_mg: eb('on_hand_mg', '-', 1) })).where('metal', '=', moved.metal).execute();",
    faults: [],
  },
];
