import { mkdir, writeFile } from 'node:fs/promises';
import { LIFECYCLE } from '../lifecycle/index.ts';
import { OUTPUTS, ROOT } from './outputs.ts';

// Run by `npm run generate`.
for (const [path, render] of Object.entries(OUTPUTS)) {
  await mkdir(new URL('.', new URL(path, ROOT)), { recursive: true });
  await writeFile(new URL(path, ROOT), render(LIFECYCLE));
}
