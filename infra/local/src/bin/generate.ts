import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rootCommand } from './root-command.ts';

/** Each writes a checked-in file or folder from its source of truth; a test compares the two. */
const GENERATORS = [
  { writes: 'docs/asyncapi.json', script: 'packages/contracts/src/asyncapi/generate.ts' },
  {
    writes: 'packages/outbox/migrations/schema.snapshot.txt',
    script: 'packages/outbox/src/testing/fixtures/schema/write-schema-snapshot.ts',
  },
  { writes: 'packages/outbox/docs/guarantees.md', script: 'packages/outbox/mutants/guarantees/write-page.ts' },
  { writes: 'packages/outbox/docs/comparison.md', script: 'packages/outbox/docs/comparison/write-figures.ts' },
  { writes: 'packages/outbox/api', script: 'packages/outbox/packaging/api/write-reports.ts' },
  { writes: 'packages/outbox/docs/reference', script: 'packages/outbox/packaging/reference/write-reference.ts' },
  { writes: 'docs/order-lifecycle.md', script: 'packages/order-workflow/src/diagram/write-lifecycle.ts' },
];

const { json } = rootCommand('npm run generate --')
  .description(
    'Writes the checked-in files that are made from sources: the order’s lifecycle, the AsyncAPI document, the outbox’s schema, public surface, reference and guarantees.',
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
    console.error(`${writes} could not be written: ${script} failed`);
    process.exit(1);
  }
  if (!json) console.log(`wrote ${writes}`);
}
if (json) console.log(JSON.stringify({ written: GENERATORS.map(({ writes }) => writes) }));
