import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUNDLES, type BundleKind, bundleWorkflow } from './workflow-bundle.ts';

// Run by the build: bundles the workflow in both kinds, so that no worker has to at its start.
const dist = join(import.meta.dirname, '..', '..', 'dist');
await mkdir(dist, { recursive: true });
for (const [kind, file] of Object.entries(BUNDLES) as [BundleKind, string][]) {
  await writeFile(join(dist, file), (await bundleWorkflow({ kind })).code);
}
