import { writeFile } from 'node:fs/promises';
import { LIFECYCLE } from '../lifecycle/index.ts';
import { CONSTRAINED } from './constraints.ts';
import { nextMigration } from './next-migration.ts';
import { ROOT } from './outputs.ts';
import { readMigrations } from './read-migrations.ts';

// Run by `npm run generate`.
for (const { folder, render } of CONSTRAINED) {
  const missing = nextMigration(await readMigrations(folder), render(LIFECYCLE));
  if (missing !== null) await writeFile(new URL(`${folder}/${missing.file}`, ROOT), missing.sql);
}
