// Adds what npm left out of package-lock.json for other platforms: node infra/local/src/bin/complete-lock.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completed, type LockFile, missingPackages } from '../lockfile/platform-packages.ts';
import { CHECKOUT } from '../stack/places.ts';

const file = join(CHECKOUT, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as LockFile;
const done = completed(lock);
writeFileSync(file, `${JSON.stringify(done, null, 2)}\n`);
console.log(`${missingPackages(lock).length - missingPackages(done).length} packages added`);
for (const { name, version } of missingPackages(done)) {
  console.log(`still missing: ${name} ${version}`);
}
