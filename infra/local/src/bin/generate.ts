import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rootCommand } from './root-command.ts';

/**
 * Each writes checked-in files or folders from their source of truth; tests compare the two. In this order: the statuses come
 * before the document of the events that have them.
 */
const GENERATORS = [
  {
    writes: [
      'packages/contracts/src/order-statuses.ts',
      'docs/order-lifecycle.md',
      'docs/partners/order-statuses.md',
      'infra/prometheus/rules',
    ],
    script: 'packages/order-workflow/src/generate/write-outputs.ts',
  },
  {
    // A new migration where the newest one of the stage contract is not what the contract says, and nothing otherwise.
    writes: ['apps/*/migrations/*_stage_contract.sql'],
    script: 'packages/order-workflow/src/generate/write-migrations.ts',
  },
  { writes: ['docs/asyncapi.json'], script: 'packages/contracts/src/asyncapi/generate.ts' },
  {
    writes: ['packages/outbox/migrations/schema.snapshot.txt'],
    script: 'packages/outbox/src/testing/fixtures/schema/write-schema-snapshot.ts',
  },
  { writes: ['packages/outbox/docs/guarantees.md'], script: 'packages/outbox/mutants/guarantees/write-page.ts' },
  { writes: ['packages/outbox/docs/comparison.md'], script: 'packages/outbox/docs/comparison/write-figures.ts' },
  { writes: ['packages/outbox/api'], script: 'packages/outbox/packaging/api/write-reports.ts' },
  { writes: ['packages/outbox/docs/reference'], script: 'packages/outbox/packaging/reference/write-reference.ts' },
];

const { json } = rootCommand('npm run generate --')
  .description(
    'Writes the checked-in files that are made from sources: what follows from the order’s stage contract (statuses, pages, migrations, alert rules and their tests), the AsyncAPI document, the outbox’s schema, public surface, reference and guarantees.',
  )
  .option('--json', 'print one JSON object as the last line', false)
  .parse()
  .opts<{ json: boolean }>();

const root = join(import.meta.dirname, '..', '..', '..', '..');
for (const { writes, script } of GENERATORS) {
  const { status } = spawnSync(process.execPath, ['--conditions=@bezel/source', join(root, script)], {
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(`${writes.join(', ')} could not be written: ${script} failed`);
    process.exit(1);
  }
  if (!json) for (const path of writes) console.log(`wrote ${path}`);
}
if (json) console.log(JSON.stringify({ written: GENERATORS.flatMap(({ writes }) => writes) }));
