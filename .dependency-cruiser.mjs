// Imports point one way (docs/architecture.md): apps → ledger, order-workflow → contracts → outbox/event.
/** @type {import('dependency-cruiser').IConfiguration} */
const tests = '\\.(spec|int\\.test|e2e\\.test)\\.ts$';

const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import of the workspace only itself and: ${allowed.join(', ') || 'nothing'}`,
  from: { path: `^${from}/`, pathNot: `${tests}|^${from}/(examples|bench|docs|mutants|packaging|src/testing)/` },
  to: { path: '^(packages|apps|infra)/', pathNot: [`^${from}/`, ...allowed.map((path) => `^${path}`)].join('|') },
});

export default {
  forbidden: [
    only('outbox-imports-nothing-of-ours', 'packages/outbox', []),
    only('contracts-import-only-event-definitions', 'packages/contracts', ['packages/outbox/(src|dist)/event/']),
    only('order-workflow-imports-contracts', 'packages/order-workflow', ['packages/contracts/']),
    only('ledger-imports-contracts-and-workflow', 'packages/ledger', [
      'packages/contracts/',
      'packages/order-workflow/',
    ]),
    only('service-imports-outbox', 'packages/service', ['packages/outbox/']),
    ...['shop-api', 'mes-api', 'crm-api', 'reconciler'].map((app) =>
      only(`${app}-imports-packages-only`, `apps/${app}`, ['packages/']),
    ),
    only('local-imports-nothing-of-ours', 'infra/local', []),
    only('demo-shares-no-code-with-the-apps', 'infra/demo', ['infra/local/', 'packages/ledger/']),
    only('bench-measures-from-outside', 'infra/bench', [
      'infra/local/',
      'packages/contracts/',
      'packages/order-workflow/',
    ]),
    // The crash points are armed with the testing kit, and what comes of them is also audited.
    only('chaos-breaks-from-outside', 'infra/chaos', [
      'infra/local/',
      'infra/demo/src/(clients|plan)/',
      'packages/outbox/src/testing/',
      'packages/ledger/',
    ]),
    {
      name: 'only-crash-points-use-our-packages',
      severity: 'error',
      from: { path: '^infra/chaos/src/', pathNot: `${tests}|^infra/chaos/src/crash-points/` },
      to: { path: '^packages/' },
    },
    {
      name: 'the-checker-of-chaos-shares-no-code',
      severity: 'error',
      comment: 'what judges the apps and the ledger must not be wrong with them: only SQL and HTTP of its own',
      from: { path: '^infra/chaos/src/check/', pathNot: tests },
      to: { path: '^(packages|apps|infra)/', pathNot: '^infra/chaos/src/check/' },
    },
    {
      name: 'what-people-do-shares-no-code',
      severity: 'error',
      comment: 'what customers, operators and the courier wrote down is evidence for that checker',
      from: { path: '^infra/demo/src/(clients|plan)/', pathNot: tests },
      to: { path: '^(packages|apps)/' },
    },
    {
      name: 'tests-never-reach-into-another-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.bezel|\\.nx|prisma/generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@bezel/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.d.ts'],
    },
  },
};
