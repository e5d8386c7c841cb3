import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflow } from './workflow-bundle.ts';

// Run by the build: bundles the workflow once, so that no worker has to at its start.
const dist = join(import.meta.dirname, '..', '..', 'dist');
await mkdir(dist, { recursive: true });
await writeFile(join(dist, 'workflow-bundle.js'), (await bundleWorkflow()).code);
